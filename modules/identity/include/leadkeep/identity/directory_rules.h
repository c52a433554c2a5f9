// leadkeep/identity/directory_rules.h — how the operator's directory is laid out
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/identity/policy.h>

#include <cstdint>
#include <string>
#include <vector>

namespace leadkeep::identity {

enum class DirectoryKind : std::uint8_t { kActiveDirectory, kOpenLdap };

struct RoleRule {
  std::string group;  // DN
  Role role;
};

struct TeamRule {
  std::string group;  // DN
  std::string team;
};

struct DirectoryRules {
  DirectoryKind kind = DirectoryKind::kOpenLdap;
  std::string user_base;
  std::string user_filter;  // with {user}; empty: the usual one of the kind
  std::string group_base;   // where groups are looked for, for directories without tokenGroups
  std::vector<RoleRule> roles;
  std::vector<TeamRule> teams;
};

}  // namespace leadkeep::identity
