#include <leadkeep/webauthn/relying_party.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace leadkeep::webauthn {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kMaxHost = 253;  // RFC 1035
constexpr std::size_t kMaxLabel = 63;
constexpr std::uint16_t kDefaultPort = 443;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, is_name_character);
}

// Small letters, and a last label that starts with one: an address never does.
bool is_host_name(std::string_view host) {
  if (host.size() > kMaxHost) {
    return false;
  }
  std::string_view label;
  for (std::string_view rest = host;;) {
    const auto dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!is_label(label)) {
      return false;
    }
    if (dot == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(dot + 1);
  }
  return label.front() >= 'a' && label.front() <= 'z';
}

// As a browser writes it: no zero in front, and never the port of the scheme.
bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0 &&
         port != kDefaultPort && text.front() != '0';
}

}  // namespace

Result<RelyingParty> RelyingParty::at(std::string_view origin) {
  const std::string_view authority =
      origin.starts_with(kScheme) ? origin.substr(kScheme.size()) : std::string_view{};
  const auto colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  if (!is_host_name(host) ||
      (colon != std::string_view::npos && !is_port(authority.substr(colon + 1)))) {
    return fail(Errc::kInvalidInput,
                "an origin is https:// and a host name in small letters, with :port where it is "
                "not 443, and nothing behind it");
  }
  RelyingParty party;
  party.m_id = host;
  party.m_origin = origin;
  return party;
}

}  // namespace leadkeep::webauthn
