#include "http/peer.h"

#include <leadkeep/base/network.h>

#include <algorithm>
#include <array>

#include <sys/socket.h>

namespace leadkeep::api::http {

NetworkPlace place_of(std::string_view address) noexcept {
  static const std::array kLocal = {
      *Network::parse("127.0.0.0/8"),    *Network::parse("10.0.0.0/8"),
      *Network::parse("172.16.0.0/12"),  *Network::parse("192.168.0.0/16"),
      *Network::parse("169.254.0.0/16"), *Network::parse("::1/128"),
      *Network::parse("fc00::/7"),       *Network::parse("fe80::/10")};
  const bool local = std::ranges::any_of(
      kLocal, [&](const Network& network) { return network.contains(address); });
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
