// The state of an account, from the attributes of its entry.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/identity/directory_person.h>
#include <leadkeep/identity/directory_rules.h>
#include <leadkeep/ldap/entry.h>

#include <string>
#include <vector>

namespace leadkeep::identity {

// What has to be read for it.
[[nodiscard]] const std::vector<std::string>& standing_attributes(DirectoryKind kind);

// kActive or what forbids it; groups are not looked at. An attribute that does not read as it must
// counts as one that forbids.
[[nodiscard]] Standing standing_of(DirectoryKind kind, const ldap::Entry& entry, Timestamp now);

}  // namespace leadkeep::identity
