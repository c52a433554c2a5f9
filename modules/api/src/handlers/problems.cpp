#include "handlers/handlers.h"
#include "http/page.h"
#include "http/problem.h"

namespace leadkeep::api {

Answer show_problem(const ApiContext&, http::Request& request) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  const auto code = http::parse_code(request.parameter());
  if (!code) {
    return fail(Errc::kNotFound, "request: no such problem");
  }
  return http::problem_page(*code);
}

}  // namespace leadkeep::api
