// http/peer.h — who is at the other end of a connection, as far as the kernel can tell
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace leadkeep::api::http {

enum class PeerKind : std::uint8_t {
  kNetwork,   // over TCP
  kOperator,  // over the control socket, whose file and SO_PEERCRED admitted it
};

struct Peer {
  PeerKind kind = PeerKind::kNetwork;
  std::string address;  // without port; empty for the operator
};

enum class NetworkPlace : std::uint8_t { kLocal, kElsewhere };

// Loopback, private (RFC 1918), unique local (RFC 4193) and link-local addresses are local;
// anything that is no address is not.
[[nodiscard]] NetworkPlace place_of(std::string_view address) noexcept;

}  // namespace leadkeep::api::http
