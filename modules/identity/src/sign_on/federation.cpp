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

const Values& values_of(const saml::Identity& identity, std::string_view name) {
  static const Values none;
  const auto found = std::ranges::find(identity.attributes, name, &saml::Attribute::name);
  return name.empty() || found == identity.attributes.end() ? none : found->values;
}

// Of an attribute that has to have one value, and a plain one.
std::optional<std::string> one_of(const saml::Identity& identity, std::string_view name) {
  const Values& values = values_of(identity, name);
  if (values.size() != 1 || !is_printable(values.front().expose(), kMaxNameBytes)) {
    return std::nullopt;
  }
  return values.front().expose();
}

// The name for good, and nothing where there is none that is for good.
std::optional<std::string> name_for_good(const saml::Identity& identity,
                                         const FederationRules& rules) {
  if (!rules.subject_attribute.empty()) {
    return one_of(identity, rules.subject_attribute);
  }
  return identity.name_id.format == kPersistent ? std::optional{identity.name_id.value.expose()}
                                                : std::nullopt;
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

void read_groups(const saml::Identity& identity, const FederationRules& rules,
                 FederatedPerson& person) {
  const Values& groups = values_of(identity, rules.group_attribute);
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

ProviderFactors factors_of(const saml::Identity& identity, const FederationRules& rules) {
  const auto said = [&](const std::string& value) {
    return rules.second_factor_attribute.empty()
               ? identity.authn_context == value
               : has_value(values_of(identity, rules.second_factor_attribute), value);
  };
  return std::ranges::any_of(rules.second_factor_values, said) ? ProviderFactors::kTwo
                                                               : ProviderFactors::kOne;
}

Fail refused(std::string_view cause) {
  return fail(Errc::kUnauthenticated, std::string{cause});
}

}  // namespace

Result<FederatedPerson> person_of(const saml::Identity& identity, const FederationRules& rules) {
  FederatedPerson person;
  person.factors = factors_of(identity, rules);
  person.authenticated = identity.authenticated;
  person.session_ends = identity.session_ends;
  person.session = {rules.entity_id, identity.name_id, identity.session_index};
  if (rules.directory) {
    const auto id = one_of(identity, rules.directory_id_attribute);
    person.directory_id = id ? id_from_text(*rules.directory, *id) : std::nullopt;
    if (!person.directory_id) {
      return refused("no_directory_id");
    }
    return person;
  }
  const auto name = name_for_good(identity, rules);
  if (!name) {
    return refused("no_subject");
  }
  person.subject = subject_of(rules, *name);
  const auto username = one_of(identity, rules.username_attribute);
  if (!username) {
    return refused("no_username");
  }
  person.username = normalise_username(*username);
  person.display_name = one_of(identity, rules.name_attribute).value_or(person.username);
  read_groups(identity, rules, person);
  if (person.roles.empty()) {
    return refused(name_of(Standing::kWithoutRole));
  }
  return person;
}

}  // namespace leadkeep::identity
