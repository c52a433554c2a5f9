// What settings of the directory and of an identity provider have in common, as the rules of identity.
#pragma once
#include <leadkeep/config/settings.h>
#include <leadkeep/identity/directory_rules.h>
#include <leadkeep/identity/federation.h>

#include <string>
#include <vector>

namespace leadkeep::daemon {

// Of a directory that is there.
[[nodiscard]] inline identity::DirectoryKind kind_of(config::DirectoryKind kind) {
  return kind == config::DirectoryKind::kActiveDirectory ? identity::DirectoryKind::kActiveDirectory
                                                         : identity::DirectoryKind::kOpenLdap;
}

// Which groups, or values of an attribute, make which role.
template <class Rule, class Section>
[[nodiscard]] std::vector<Rule> granted_roles(const Section& settings) {
  std::vector<Rule> rules;
  const auto grant = [&](const std::vector<std::string>& names, identity::Role role) {
    for (const std::string& name : names) {
      rules.push_back({name, role});
    }
  };
  grant(settings.agents, identity::Role::kAgent);
  grant(settings.supervisors, identity::Role::kSupervisor);
  grant(settings.privacy_officers, identity::Role::kPrivacyOfficer);
  grant(settings.auditors, identity::Role::kAuditor);
  grant(settings.admins, identity::Role::kAdmin);
  return rules;
}

// `entity_id` of an identity provider, or its issuer.
[[nodiscard]] inline identity::FederationRules federation_rules(
    const config::FederationSection& settings, const config::Settings::Directory& directory,
    const std::string& entity_id) {
  identity::FederationRules rules;
  rules.entity_id = entity_id;
  rules.subject_attribute = settings.subject_attribute;
  if (directory.kind != config::DirectoryKind::kNone) {
    rules.directory = kind_of(directory.kind);
  }
  rules.directory_id_attribute = settings.directory_id_attribute;
  rules.username_attribute = settings.username_attribute;
  rules.name_attribute = settings.name_attribute;
  rules.group_attribute = settings.group_attribute;
  rules.roles = granted_roles<identity::FederationRules::RoleValue>(settings);
  for (const config::TeamValue& team : settings.teams) {
    rules.teams.push_back({team.value, team.team});
  }
  rules.second_factor_attribute = settings.second_factor_attribute;
  rules.second_factor_values = settings.second_factor_values;
  return rules;
}

}  // namespace leadkeep::daemon
