#include "http/cookies.h"

#include <leadkeep/base/text.h>

#include <algorithm>
#include <utility>

namespace leadkeep::api::http {
namespace {

std::string cookie_of(std::string_view name, std::string_view value, std::string_view same_site) {
  std::string cookie{name};
  cookie.append("=").append(value).append("; Path=/; Secure; HttpOnly; SameSite=");
  return cookie.append(same_site);
}

std::string with_life(std::string cookie, std::chrono::seconds life) {
  return std::move(cookie) + "; Max-Age=" + std::to_string(std::max(life.count(), 0L));
}

}  // namespace

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
  return cookie_of(name, value, "Strict");
}

std::string set_cookie(std::string_view name, std::string_view value, std::chrono::seconds life) {
  return with_life(set_cookie(name, value), life);
}

std::string set_cookie_for_links(std::string_view name, std::string_view value,
                                 std::chrono::seconds life) {
  return with_life(cookie_of(name, value, "Lax"), life);
}

std::string set_cookie_for_all_sites(std::string_view name, std::string_view value,
                                     std::chrono::seconds life) {
  return with_life(cookie_of(name, value, "None"), life);
}

std::string drop_cookie(std::string_view name) {
  return set_cookie(name, "", std::chrono::seconds{0});
}

}  // namespace leadkeep::api::http
