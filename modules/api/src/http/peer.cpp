#include "http/peer.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace leadkeep::api::http {
namespace {

NetworkPlace place_of_ipv4(const std::uint8_t* a) noexcept {
  const bool local = a[0] == 127 || a[0] == 10 || (a[0] == 172 && (a[1] & 0xf0) == 16) ||
                     (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254);
  return local ? NetworkPlace::kLocal : NetworkPlace::kElsewhere;
}

}  // namespace

NetworkPlace place_of(std::string_view address) noexcept {
  std::array<char, INET6_ADDRSTRLEN> text{};
  address = address.substr(0, address.find('%'));
  if (address.size() >= text.size()) {
    return NetworkPlace::kElsewhere;
  }
  std::ranges::copy(address, text.begin());
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, text.data(), bytes.data()) == 1) {
    return place_of_ipv4(bytes.data());
  }
  if (::inet_pton(AF_INET6, text.data(), bytes.data()) != 1) {
    return NetworkPlace::kElsewhere;
  }
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    return place_of_ipv4(bytes.data() + 12);
  }
  static constexpr std::array<std::uint8_t, 16> kLoopback{0, 0, 0, 0, 0, 0, 0, 0,
                                                          0, 0, 0, 0, 0, 0, 0, 1};
  const bool local = bytes == kLoopback || (bytes[0] & 0xfe) == 0xfc ||
                     (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
  return local ? NetworkPlace::kLocal : NetworkPlace::kElsewhere;
}

std::optional<std::uint32_t> user_of(int unix_socket) noexcept {
  ::ucred caller{};
  ::socklen_t size = sizeof(caller);
  if (::getsockopt(unix_socket, SOL_SOCKET, SO_PEERCRED, &caller, &size) != 0) {
    return std::nullopt;
  }
  return caller.uid;
}

}  // namespace leadkeep::api::http
