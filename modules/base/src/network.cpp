#include <leadkeep/base/network.h>
#include <leadkeep/base/text.h>

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace leadkeep {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kBitsBeforeIpv4 = 96;
constexpr std::array kMapped = {std::byte{0xff}, std::byte{0xff}};  // octets 10 and 11

std::optional<ByteArray<16>> parse_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  ByteArray<16> address{};
  if (text.size() >= terminated.size()) {
    return std::nullopt;
  }
  std::ranges::copy(text, terminated.begin());
  if (::inet_pton(AF_INET6, terminated.data(), address.data()) == 1) {
    return address;
  }
  std::ranges::copy(kMapped, address.begin() + 10);
  return ::inet_pton(AF_INET, terminated.data(), address.data() + 12) == 1 ? std::optional{address}
                                                                           : std::nullopt;
}

bool is_ipv4(const ByteArray<16>& address) {
  return std::all_of(address.begin(), address.begin() + 10,
                     [](std::byte b) { return b == std::byte{0}; }) &&
         std::equal(kMapped.begin(), kMapped.end(), address.begin() + 10);
}

bool bit_of(const ByteArray<16>& address, unsigned index) {
  return ((std::to_integer<unsigned>(address[index / 8]) >> (7 - index % 8)) & 1U) != 0;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) {
    return std::nullopt;
  }
  const unsigned before = is_ipv4(*address) ? kBitsBeforeIpv4 : 0;
  unsigned prefix = kBits;
  if (slash != std::string_view::npos) {
    const auto given = parse_unsigned(text.substr(slash + 1));
    if (!given || *given > kBits - before) {
      return std::nullopt;
    }
    prefix = before + static_cast<unsigned>(*given);
  }
  for (unsigned i = prefix; i < kBits; ++i) {
    if (bit_of(*address, i)) {
      return std::nullopt;
    }
  }
  return Network{*address, prefix};
}

bool Network::contains(std::string_view address) const {
  const auto given = parse_address(address.substr(0, address.find('%')));
  if (!given) {
    return false;
  }
  return contains(Network{*given, kBits});
}

bool Network::contains(const Network& other) const {
  for (unsigned i = 0; i < m_prefix; ++i) {
    if (bit_of(other.m_address, i) != bit_of(m_address, i)) {
      return false;
    }
  }
  return m_prefix <= other.m_prefix;
}

std::string Network::text() const {
  std::array<char, INET6_ADDRSTRLEN> address{};
  const bool ipv4 = is_ipv4(m_address);
  ::inet_ntop(ipv4 ? AF_INET : AF_INET6, m_address.data() + (ipv4 ? 12 : 0), address.data(),
              address.size());
  return std::string{address.data()} + "/" +
         std::to_string(m_prefix - (ipv4 ? kBitsBeforeIpv4 : 0));
}

}  // namespace leadkeep
