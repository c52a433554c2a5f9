// leadkeep/egress/protected_server.h — a server that is spoken to under TLS or not at all
//
// Takes    scheme://host or scheme://host:port, where the scheme says how the connection is
//          protected: TLS from the first byte, or StartTLS before anything else is sent
// Refuses  anything else: a path, a user, another scheme, a name in capital letters
// Threads  any
#pragma once
#include <leadkeep/egress/allow_list.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::egress {

enum class Protection : std::uint8_t { kTls, kStartTls };

// "ldaps://" and "636", for example.
struct Scheme {
  std::string_view prefix;
  std::string_view port;  // where none is given
};

struct Schemes {
  Scheme tls;
  Scheme start_tls;
};

struct ProtectedServer {
  Destination destination;
  Protection protection = Protection::kTls;

  [[nodiscard]] static std::optional<ProtectedServer> parse(std::string_view url,
                                                            const Schemes& schemes);
  [[nodiscard]] std::string url(const Schemes& schemes) const;
};

}  // namespace leadkeep::egress
