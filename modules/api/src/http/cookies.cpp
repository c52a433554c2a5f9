#include "http/cookies.h"

#include <leadkeep/base/text.h>

#include <algorithm>

namespace leadkeep::api::http {

std::optional<std::string_view> find_cookie(std::string_view field,
                                            std::string_view name) noexcept {
  std::optional<std::string_view> found;
  while (!field.empty()) {
    const auto end = std::min(field.find(';'), field.size());
    const std::string_view pair = trim(field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) {
      continue;
    }
    if (found) {
      return std::nullopt;
    }
    found = pair.substr(equals + 1);
  }
  return found;
}

std::string set_cookie(std::string_view name, std::string_view value) {
  std::string cookie{name};
  return cookie.append("=").append(value).append("; Path=/; Secure; HttpOnly; SameSite=Strict");
}

std::string set_cookie(std::string_view name, std::string_view value, std::chrono::seconds life) {
  return set_cookie(name, value) + "; Max-Age=" + std::to_string(std::max(life.count(), 0L));
}

std::string drop_cookie(std::string_view name) {
  return set_cookie(name, "", std::chrono::seconds{0});
}

}  // namespace leadkeep::api::http
