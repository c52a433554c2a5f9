// Which of the groups that the operator named a person is in, directly or through other groups.
//
// One object for one question about many people: what it learns of the groups themselves it does not
// ask again.
#pragma once
#include <leadkeep/identity/directory_rules.h>
#include <leadkeep/ldap/connection.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace leadkeep::identity {

class PersonGroups {
 public:
  // `groups` are DNs in canonical form.
  PersonGroups(const DirectoryRules& rules, const std::set<std::string>& groups)
      : m_rules{rules}, m_groups{groups} {}

  // Those of the groups that the person is in.
  [[nodiscard]] Result<std::set<std::string>> of(ldap::Connection& connection,
                                                 const std::string& person_dn);

 private:
  using Names = std::set<std::string>;

  [[nodiscard]] Result<Names> by_token_groups(ldap::Connection& connection,
                                              const std::string& person_dn);
  [[nodiscard]] Result<void> learn_identifiers(ldap::Connection& connection);
  [[nodiscard]] Result<Names> by_expansion(ldap::Connection& connection,
                                           const std::string& person_dn);
  // Groups that hold one of these, each by its DN.
  [[nodiscard]] Result<Names> holders_of(ldap::Connection& connection, const Names& dns);
  [[nodiscard]] Result<Names> with_all_above(ldap::Connection& connection, const Names& direct);

  const DirectoryRules& m_rules;
  const std::set<std::string>& m_groups;
  // Active Directory: the identifier of each group that is there.
  std::optional<std::map<std::string, std::string>> m_identifiers;
  // OpenLDAP: the groups that somebody is in directly → all that he is in. Colleagues share them.
  std::map<Names, Names> m_above;
};

}  // namespace leadkeep::identity
