// http/fault.h — what is wrong with a request, when its code alone does not tell enough
//
// Everything in it is ours to say aloud: a literal, and the name of a member or parameter if that
// is made of a-z, '_' and '.' only.
#pragma once
#include <leadkeep/base/result.h>

#include <string>
#include <string_view>

namespace leadkeep::api::http {

struct Fault {
  int status = 400;
  Errc code = Errc::kInvalidInput;
  std::string_view detail;
  std::string member;  // may be empty
};

}  // namespace leadkeep::api::http
