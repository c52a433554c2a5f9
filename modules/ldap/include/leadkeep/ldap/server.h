// leadkeep/ldap/server.h — one server of the directory, as the operator names it
//
// Takes    ldaps://dc1.example.com, ldaps://dc1.example.com:3269, ldap://dc1.example.com:389
// Yields   host, port (636 or 389 if none is given) and how the connection is protected: TLS from
//          the first byte, or StartTLS before anything else is sent. There is no unprotected way.
// Refuses  kInvalidInput  anything else: a path, a user, another scheme, a name in capital letters
// Threads  any
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/egress/protected_server.h>

#include <string>
#include <string_view>

namespace leadkeep::ldap {

using egress::Protection;

struct Server {
  egress::Destination destination;
  Protection protection = Protection::kTls;

  [[nodiscard]] static Result<Server> parse(std::string_view url);
  // What the certificate is checked against is the host in it.
  [[nodiscard]] std::string url() const;

  friend bool operator==(const Server&, const Server&) = default;
};

}  // namespace leadkeep::ldap
