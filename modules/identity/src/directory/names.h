// How a user name is looked for.
#pragma once
#include <leadkeep/identity/directory_rules.h>

#include <string>

namespace leadkeep::identity {

[[nodiscard]] std::string name_attribute(DirectoryKind kind);
[[nodiscard]] std::string name_filter(const DirectoryRules& rules, const std::string& username);

}  // namespace leadkeep::identity
