// What settings of the directory and of an identity provider have in common, as the rules of identity.
#pragma once
#include <leadkeep/config/settings.h>
#include <leadkeep/identity/directory_rules.h>

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
  grant(settings.admins, identity::Role::kAdmin);
  return rules;
}

}  // namespace leadkeep::daemon
