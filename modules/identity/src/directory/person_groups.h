// Which of the groups that the operator named a person is in, directly or through other groups.
#pragma once
#include <leadkeep/identity/directory_rules.h>
#include <leadkeep/ldap/connection.h>

#include <set>
#include <string>

namespace leadkeep::identity {

// `groups` are DNs in canonical form; yields those of them that the person is in.
[[nodiscard]] Result<std::set<std::string>> groups_of(ldap::Connection& connection,
                                                      const DirectoryRules& rules,
                                                      const std::set<std::string>& groups,
                                                      const std::string& person_dn);

}  // namespace leadkeep::identity
