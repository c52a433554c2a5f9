// http/fault.h — what is wrong with a request, when its code alone does not tell enough
//
// Everything in it is ours to say aloud: a literal, and the name of a member or parameter if that
// is made of a-z, '_' and '.' only.
#pragma once
#include <leadkeep/base/result.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::api::http {

struct Fault {
  int status = 400;
  Errc code = Errc::kInvalidInput;
  std::string_view detail;
  std::string member;  // may be empty
  // For Retry-After, if more is known than the code tells.
  std::optional<std::chrono::seconds> again_in = {};
};

}  // namespace leadkeep::api::http
