#include <leadkeep/base/text.h>
#include <leadkeep/egress/allow_list.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include <arpa/inet.h>

namespace leadkeep::egress {
namespace {

constexpr std::size_t kMaxNameLength = 253;
constexpr std::size_t kMaxLabelLength = 63;

// Whether `text` is an address, spelled the one way in which the system itself writes it.
bool is_address(int family, const std::string& text) {
  std::array<unsigned char, sizeof(::in6_addr)> address{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  return ::inet_pton(family, text.c_str(), address.data()) == 1 &&
         ::inet_ntop(family, address.data(), canonical.data(), canonical.size()) != nullptr &&
         text == canonical.data();
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelLength && !label.starts_with('-') &&
         !label.ends_with('-') && std::ranges::all_of(label, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

// The last label of a name is never a number: the resolver takes 127.1, 2130706433 and 0x7f.1 for
// addresses.
bool is_host_name(std::string_view name) {
  if (name.size() > kMaxNameLength) {
    return false;
  }
  std::string_view label;
  while (true) {
    const std::size_t dot = name.find('.');
    label = name.substr(0, dot);
    if (!is_label(label)) {
      return false;
    }
    if (dot == std::string_view::npos) {
      break;
    }
    name.remove_prefix(dot + 1);
  }
  return label.front() < '0' || label.front() > '9';
}

std::optional<std::string> read_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    std::string address{text.substr(1, text.size() - 2)};
    return is_address(AF_INET6, address) ? std::optional{std::move(address)} : std::nullopt;
  }
  std::string host{text};
  return is_address(AF_INET, host) || is_host_name(host) ? std::optional{std::move(host)}
                                                         : std::nullopt;
}

}  // namespace

Result<Destination> Destination::parse(std::string_view text) {
  const std::size_t colon = std::min(text.rfind(':'), text.size());
  auto host = read_host(text.substr(0, colon));
  const auto port = parse_unsigned(text.substr(std::min(colon + 1, text.size())));
  if (!host || !port || *port == 0 || *port > std::numeric_limits<std::uint16_t>::max()) {
    return fail(Errc::kInvalidInput, "is not a lower-case host:port without wildcards");
  }
  return Destination{*std::move(host), static_cast<std::uint16_t>(*port)};
}

std::string Destination::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<AllowList> AllowList::parse(std::span<const std::string> entries) {
  std::set<Destination> allowed;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto destination = Destination::parse(entries[i]);
    if (!destination) {
      return fail(Errc::kInvalidInput,
                  "egress entry " + std::to_string(i + 1) + " " + destination.error().detail);
    }
    allowed.insert(std::move(destination).value());
  }
  return AllowList{std::move(allowed)};
}

Permits AllowList::permits(const Destination& destination) const {
  return m_allowed.contains(destination) ? Permits::kYes : Permits::kNo;
}

}  // namespace leadkeep::egress
