// The value of a Cookie field. What is found stands in it behind the name and between semicolons,
// and is not found any more once there is a second one of the name.
#include "fuzz_target.h"
#include "http/cookies.h"

#include <leadkeep/base/check.h>

#include <string>

namespace leadkeep::api::http {
namespace {

void check_input(std::string_view field) {
  for (const std::string_view name : {kSessionCookie, kDeviceCookie}) {
    const auto found = find_cookie(field, name);
    const std::string more = std::string{name} + "=x";
    const std::string with_more = std::string{field} + ";" + more;
    if (!found) {
      // One more is the first, or does not help where there are two.
      LK_CHECK(find_cookie(with_more, name).value_or("x") == "x");
      continue;
    }
    LK_CHECK(found->find(';') == std::string_view::npos);
    LK_CHECK(field.find(std::string{name}.append("=").append(*found)) != std::string_view::npos);
    LK_CHECK(!find_cookie(with_more, name));
    LK_CHECK(!find_cookie(more + ";" + std::string{field}, name));
  }
}

}  // namespace
}  // namespace leadkeep::api::http

LK_FUZZ_TARGET(leadkeep::api::http::check_input)
