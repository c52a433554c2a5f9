// leadkeep/identity/federation.h — log-in path: what an assertion or an ID token says of a person, by
// the operator's rules
//
// A person is known by the identity provider and a name of its own that never goes to somebody else:
// a persistent NameID, the subject of an ID token, or an attribute that the operator has named. An
// e-mail address or a user name is none. Where there is a directory, the identity provider has to say
// the directory's id of the person instead, and the directory says everything else.
//
// Takes    saml::Identity or oidc::Identity, of the verified octets
// Refuses  kUnauthenticated, whose detail is for the trail: no_subject, no_username,
//          no_directory_id, without_role
// Source   SAML 2.0 core section 8.3.7 (persistent identifiers), OpenID Connect Core section 2
//          (sub)
// Threads  any; stateless
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/result.h>
#include <leadkeep/identity/directory_person.h>
#include <leadkeep/identity/directory_rules.h>
#include <leadkeep/identity/provider_session.h>
#include <leadkeep/oidc/id_token.h>
#include <leadkeep/saml/response.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::identity {

struct FederationRules {
  struct RoleValue {
    std::string value;
    Role role;
  };

  struct TeamValue {
    std::string value;
    std::string team;
  };

  std::string entity_id;                   // or issuer
  std::string subject_attribute;           // empty: NameID or sub
  std::optional<DirectoryKind> directory;  // and then of the rest only the second factor counts
  std::string directory_id_attribute;
  std::string username_attribute;
  std::string name_attribute;
  std::string group_attribute;
  std::vector<RoleValue> roles;
  std::vector<TeamValue> teams;
  std::string second_factor_attribute;  // empty: AuthnContextClassRef or acr
  std::vector<std::string> second_factor_values;
};

enum class ProviderFactors : std::uint8_t { kOne, kTwo };

struct FederatedPerson {
  ByteArray<32> subject{};  // SHA-256 of identity provider and name
  std::optional<DirectoryId> directory_id;
  std::string username;
  std::string display_name;
  std::vector<Role> roles;
  std::vector<std::string> teams;
  ProviderFactors factors = ProviderFactors::kOne;
  Timestamp authenticated;
  std::optional<Timestamp> session_ends;
  ProviderSession session;
};

[[nodiscard]] Result<FederatedPerson> person_of(const saml::Identity& identity,
                                                const FederationRules& rules);
[[nodiscard]] Result<FederatedPerson> person_of(const oidc::Identity& identity,
                                                const FederationRules& rules);

}  // namespace leadkeep::identity
