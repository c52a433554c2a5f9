// leadkeep/identity/provider_session.h — the session at an identity provider that a session here
// came from, for single logout (check L-03) and back-channel logout
#pragma once
#include <leadkeep/saml/response.h>

#include <string>

namespace leadkeep::identity {

struct ProviderSession {
  std::string entity_id;  // of the identity provider, or its issuer
  saml::NameId name_id;   // of the person there, for good or for this session only; or sub, alone
  std::string index;      // or sid; empty if the identity provider has named none

  friend bool operator==(const ProviderSession&, const ProviderSession&) = default;
};

}  // namespace leadkeep::identity
