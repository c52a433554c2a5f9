#include "agent_table.h"
#include "directory/directory_id.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/federation.h>
#include <leadkeep/identity/local_directory.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

constexpr std::string_view kPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
constexpr std::size_t kMaxNameBytes = 256;

using Values = std::vector<Pii<std::string>>;

// Attributes of SAML, or claims of OpenID Connect.
template <class Attribute>
const Values& values_of(const std::vector<Attribute>& attributes, std::string_view name) {
  static const Values none;
  const auto found = std::ranges::find(attributes, name, &Attribute::name);
  return name.empty() || found == attributes.end() ? none : found->values;
}

// Of an attribute that has to have one value, and a plain one.
template <class Attribute>
std::optional<std::string> one_of(const std::vector<Attribute>& attributes, std::string_view name) {
  const Values& values = values_of(attributes, name);
  if (values.size() != 1 || !is_printable(values.front().expose(), kMaxNameBytes)) {
    return std::nullopt;
  }
  return values.front().expose();
}

// Where no attribute is named: what the protocol has for it, and nothing where that is not for good.
std::optional<std::string> lasting_name(const saml::Identity& identity) {
  return identity.name_id.format == kPersistent ? std::optional{identity.name_id.value.expose()}
                                                : std::nullopt;
}

std::optional<std::string> lasting_name(const oidc::Identity& identity) {
  return identity.subject.expose();
}

const std::vector<saml::Attribute>& attributes_of(const saml::Identity& identity) {
  return identity.attributes;
}

const std::vector<oidc::Claim>& attributes_of(const oidc::Identity& identity) {
  return identity.claims;
}

// One name of two identity providers, or a NameID and an attribute of equal text, are two persons.
ByteArray<32> subject_of(const FederationRules& rules, std::string_view name) {
  constexpr ByteArray<1> kEnd{};
  return crypto::sha256(
      {as_bytes(rules.entity_id), kEnd, as_bytes(rules.subject_attribute), kEnd, as_bytes(name)});
}

bool has_value(const Values& values, std::string_view wanted) {
  return std::ranges::any_of(
      values, [&](const Pii<std::string>& value) { return value.expose() == wanted; });
}

void read_groups(const Values& groups, const FederationRules& rules, FederatedPerson& person) {
  for (const auto& [value, role] : rules.roles) {
    if (has_value(groups, value) && std::ranges::find(person.roles, role) == person.roles.end()) {
      person.roles.push_back(role);
    }
  }
  for (const auto& [value, team] : rules.teams) {
    if (has_value(groups, value) && std::ranges::find(person.teams, team) == person.teams.end()) {
      person.teams.push_back(team);
    }
  }
}

template <class Identity>
ProviderFactors factors_of(const Identity& identity, const FederationRules& rules) {
  const auto said = [&](const std::string& value) {
    return rules.second_factor_attribute.empty()
               ? identity.authn_context == value
               : has_value(values_of(attributes_of(identity), rules.second_factor_attribute),
                           value);
  };
  return std::ranges::any_of(rules.second_factor_values, said) ? ProviderFactors::kTwo
                                                               : ProviderFactors::kOne;
}

Fail refused(std::string_view cause) {
  return fail(Errc::kUnauthenticated, std::string{cause});
}

// Who it is, by the rules; when and where they signed in is there already.
template <class Identity>
Result<FederatedPerson> completed(FederatedPerson person, const Identity& identity,
                                  const FederationRules& rules) {
  const auto& attributes = attributes_of(identity);
  person.factors = factors_of(identity, rules);
  if (rules.directory) {
    const auto id = one_of(attributes, rules.directory_id_attribute);
    person.directory_id = id ? id_from_text(*rules.directory, *id) : std::nullopt;
    if (!person.directory_id) {
      return refused("no_directory_id");
    }
    return person;
  }
  const auto name = rules.subject_attribute.empty() ? lasting_name(identity)
                                                    : one_of(attributes, rules.subject_attribute);
  if (!name) {
    return refused("no_subject");
  }
  person.subject = subject_of(rules, *name);
  const auto username = one_of(attributes, rules.username_attribute);
  if (!username) {
    return refused("no_username");
  }
  person.username = normalise_username(*username);
  person.display_name = one_of(attributes, rules.name_attribute).value_or(person.username);
  read_groups(values_of(attributes, rules.group_attribute), rules, person);
  if (person.roles.empty()) {
    return refused(name_of(Standing::kWithoutRole));
  }
  return person;
}

}  // namespace

Result<FederatedPerson> person_of(const saml::Identity& identity, const FederationRules& rules) {
  FederatedPerson person;
  person.authenticated = identity.authenticated;
  person.session_ends = identity.session_ends;
  person.session = {rules.entity_id, identity.name_id, identity.session_index};
  return completed(std::move(person), identity, rules);
}

// Where the provider does not say when it was, it was long ago.
Result<FederatedPerson> person_of(const oidc::Identity& identity, const FederationRules& rules) {
  FederatedPerson person;
  person.authenticated = identity.authenticated.value_or(Timestamp{});
  person.session = {rules.entity_id, {identity.subject, {}, {}, {}}, identity.session_id};
  return completed(std::move(person), identity, rules);
}

}  // namespace leadkeep::identity
