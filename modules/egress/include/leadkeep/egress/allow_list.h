// leadkeep/egress/allow_list.h — the destinations that this daemon may connect to
//
// Takes    entries "host:port": graph.facebook.com:443, 127.0.0.1:8080, [::1]:8443
// Yields   AllowList, which permits exactly these
// Refuses  kInvalidInput  an entry that is not a lower-case host name, IPv4 address or bracketed
// IPv6
//                         address with a port of 1 to 65535; no wildcards, no default port
// Source   RFC 1123 section 2.1 (host names), RFC 3986 section 3.2.2 (brackets)
// Threads  any; an AllowList does not change
#pragma once
#include <leadkeep/base/result.h>

#include <compare>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace leadkeep::egress {

// An IPv6 host stands here without its brackets.
struct Destination {
  std::string host;
  std::uint16_t port = 0;

  // kInvalidInput, with the rule but without the text, for what is not an entry as above.
  [[nodiscard]] static Result<Destination> parse(std::string_view text);
  [[nodiscard]] std::string text() const;  // as parse() takes it

  friend auto operator<=>(const Destination&, const Destination&) = default;
};

enum class Permits { kYes, kNo };

class AllowList {
 public:
  AllowList() = default;  // permits nothing

  explicit AllowList(std::set<Destination> allowed) noexcept : m_allowed{std::move(allowed)} {}

  [[nodiscard]] static Result<AllowList> parse(std::span<const std::string> entries);

  // Compares exactly, so a name in another spelling, such as with a final dot, is not permitted.
  [[nodiscard]] Permits permits(const Destination& destination) const;

 private:
  std::set<Destination> m_allowed;
};

}  // namespace leadkeep::egress
