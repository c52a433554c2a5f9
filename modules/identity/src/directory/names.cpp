#include "directory/names.h"

#include <leadkeep/ldap/filter.h>

namespace leadkeep::identity {

// One person's userPrincipalName must not be taken for another's sAMAccountName, so the form of the
// name decides which of them is compared.
std::string name_filter(const DirectoryRules& rules, const std::string& username) {
  if (!rules.user_filter.empty()) {
    return ldap::fill_filter(rules.user_filter, username);
  }
  if (rules.kind == DirectoryKind::kOpenLdap) {
    return ldap::fill_filter("(&(objectClass=inetOrgPerson)(uid={user}))", username);
  }
  constexpr std::string_view kOrdinaryAccounts = "(sAMAccountType=805306368)";
  const std::string attribute =
      username.find('@') == std::string::npos ? "sAMAccountName" : "userPrincipalName";
  return ldap::fill_filter("(&(" + attribute + "={user})" + std::string{kOrdinaryAccounts} + ")",
                           username);
}

std::string name_attribute(DirectoryKind kind) {
  return kind == DirectoryKind::kActiveDirectory ? "sAMAccountName" : "uid";
}

}  // namespace leadkeep::identity
