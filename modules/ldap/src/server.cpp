#include <leadkeep/ldap/server.h>

namespace leadkeep::ldap {
namespace {

constexpr egress::Schemes kSchemes{{"ldaps://", "636"}, {"ldap://", "389"}};

}  // namespace

Result<Server> Server::parse(std::string_view url) {
  auto server = egress::ProtectedServer::parse(url, kSchemes);
  if (!server) {
    return fail(Errc::kInvalidInput,
                "directory: a server is ldaps://host or ldap://host, with a port or without");
  }
  return Server{std::move(server->destination), server->protection};
}

std::string Server::url() const {
  return egress::ProtectedServer{destination, protection}.url(kSchemes);
}

}  // namespace leadkeep::ldap
