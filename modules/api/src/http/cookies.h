// http/cookies.h — what a browser keeps for us, and says again
//
// All cookies have the prefix __Host-: a browser takes them from this host only, over TLS, for all
// of it, and no other host of the domain can set or read them. No script can read them (HttpOnly),
// and no page of another site makes a browser send them (SameSite=Strict), but for one: the page of an
// identity provider sends its answer here, by a link (Lax) or a form (None), and the cookie of the
// request has to come with it.
//
// Takes    the value of a Cookie field, which the head has bounded
// Yields   the value of the one cookie of this name; nothing if there is none, or two: then
//          somebody else has set one
// Source   RFC 6265 sections 4.1, 5.4; draft-ietf-httpbis-rfc6265bis (prefix, SameSite)
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::api::http {

inline constexpr std::string_view kSetCookie = "Set-Cookie";
inline constexpr std::string_view kSessionCookie = "__Host-session";
inline constexpr std::string_view kDeviceCookie = "__Host-device";
inline constexpr std::string_view kSignOnCookie = "__Host-sign-on";

[[nodiscard]] std::optional<std::string_view> find_cookie(std::string_view field,
                                                          std::string_view name) noexcept;

// Until the browser is closed.
[[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value);
[[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value,
                                     std::chrono::seconds life);
// Goes along with a link of another site, and with nothing else of it.
[[nodiscard]] std::string set_cookie_for_links(std::string_view name, std::string_view value,
                                               std::chrono::seconds life);
[[nodiscard]] std::string set_cookie_for_all_sites(std::string_view name, std::string_view value,
                                                   std::chrono::seconds life);
[[nodiscard]] std::string drop_cookie(std::string_view name);

}  // namespace leadkeep::api::http
