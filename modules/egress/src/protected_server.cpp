#include <leadkeep/egress/protected_server.h>

namespace leadkeep::egress {
namespace {

// An IPv6 address has colons of its own, inside of its brackets.
std::string with_port(std::string_view authority, std::string_view port) {
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  return std::string{authority} + (has_port ? "" : ":" + std::string{port});
}

}  // namespace

std::optional<ProtectedServer> ProtectedServer::parse(std::string_view url,
                                                      const Schemes& schemes) {
  const bool tls = url.starts_with(schemes.tls.prefix);
  if (!tls && !url.starts_with(schemes.start_tls.prefix)) {
    return std::nullopt;
  }
  const Scheme& scheme = tls ? schemes.tls : schemes.start_tls;
  url.remove_prefix(scheme.prefix.size());
  auto destination = Destination::parse(with_port(url, scheme.port));
  if (!destination) {
    return std::nullopt;
  }
  return ProtectedServer{std::move(destination).value(),
                         tls ? Protection::kTls : Protection::kStartTls};
}

std::string ProtectedServer::url(const Schemes& schemes) const {
  const Scheme& scheme = protection == Protection::kTls ? schemes.tls : schemes.start_tls;
  return std::string{scheme.prefix} + destination.text();
}

}  // namespace leadkeep::egress
