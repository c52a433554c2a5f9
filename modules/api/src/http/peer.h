// http/peer.h — who is at the other end of a connection, as far as the kernel can tell
#pragma once
#include <leadkeep/flow/admit_client.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::api::http {

enum class PeerKind : std::uint8_t {
  kNetwork,   // over TCP
  kOperator,  // over the control socket, whose file and SO_PEERCRED admitted it
};

struct Peer {
  PeerKind kind = PeerKind::kNetwork;
  std::string address;                               // without port; empty for the operator
  std::optional<std::uint32_t> user = std::nullopt;  // of the operator, as the kernel knows it
  flow::ShownCredential certificate = {};            // of a program, if it has shown one
};

// The user at the other end of a UNIX socket; nothing if the kernel does not say.
[[nodiscard]] std::optional<std::uint32_t> user_of(int unix_socket) noexcept;

enum class NetworkPlace : std::uint8_t { kLocal, kElsewhere };

// Loopback, private (RFC 1918), unique local (RFC 4193) and link-local addresses are local;
// anything that is no address is not.
[[nodiscard]] NetworkPlace place_of(std::string_view address) noexcept;

}  // namespace leadkeep::api::http
