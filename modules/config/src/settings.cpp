#include "table.h"

#include <leadkeep/base/check.h>
#include <leadkeep/config/settings.h>

namespace leadkeep::config {

std::string Endpoint::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

namespace {

template <class Target>
void set_defaults(Target& target, std::span<const Row<Target>> rows) {
  for (const Row<Target>& row : rows) {
    if (row.fallback) {
      LK_CHECK(row.assign(target, *row.fallback));
    }
  }
}

}  // namespace

SamlProvider::SamlProvider() {
  set_defaults(*this, saml_table());
}

OidcProvider::OidcProvider() {
  set_defaults(*this, oidc_table());
}

Settings::Settings() {
  set_defaults(*this, table());
}

}  // namespace leadkeep::config
