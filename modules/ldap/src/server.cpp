#include <leadkeep/ldap/server.h>

namespace leadkeep::ldap {
namespace {

constexpr std::string_view kTlsScheme = "ldaps://";
constexpr std::string_view kStartTlsScheme = "ldap://";

// With the port of the scheme where none is given. An IPv6 address has colons of its own, inside of
// its brackets.
std::string with_port(std::string_view authority, std::string_view port) {
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  return std::string{authority} + (has_port ? "" : ":" + std::string{port});
}

}  // namespace

Result<Server> Server::parse(std::string_view url) {
  const bool tls = url.starts_with(kTlsScheme);
  if (!tls && !url.starts_with(kStartTlsScheme)) {
    return fail(Errc::kInvalidInput, "directory: a server is ldaps://host or ldap://host");
  }
  url.remove_prefix(tls ? kTlsScheme.size() : kStartTlsScheme.size());
  auto destination = egress::Destination::parse(with_port(url, tls ? "636" : "389"));
  if (!destination) {
    return fail(Errc::kInvalidInput,
                "directory: a server is ldaps://host or ldap://host, with a port or without");
  }
  return Server{std::move(destination).value(), tls ? Protection::kTls : Protection::kStartTls};
}

std::string Server::url() const {
  return std::string{protection == Protection::kTls ? kTlsScheme : kStartTlsScheme} +
         destination.text();
}

}  // namespace leadkeep::ldap
