// http/problem.h — the one map from our errors to HTTP
//
// Yields   RFC 9457 problem details: type, title, status, code, detail, and sometimes member. `code`
//          is the stable name of the Errc, `type` the address of its page (page.h); `detail` is a
//          fixed text that tells the client what to do next. Error::detail is for the log and never in
//          here.
// Source   RFC 9457; RFC 9110 section 15
#pragma once
#include "http/fault.h"
#include "http/response.h"

#include <leadkeep/base/result.h>

#include <optional>
#include <string_view>

namespace leadkeep::api::http {

struct ProblemKind {
  int status;
  std::string_view detail;
};

[[nodiscard]] ProblemKind kind_of(Errc code) noexcept;
// The code of this name.
[[nodiscard]] std::optional<Errc> parse_code(std::string_view name) noexcept;
[[nodiscard]] Response problem(Errc code);
[[nodiscard]] Response problem(const Fault& fault);
// For the operator of the host, who may see the reason.
[[nodiscard]] Response problem_with_reason(const Error& error);

}  // namespace leadkeep::api::http
