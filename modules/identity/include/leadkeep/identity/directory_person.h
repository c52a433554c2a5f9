// leadkeep/identity/directory_person.h — login path: what the company's directory says of a person
//
// A person is known by the directory's own id of the entry (objectGUID, entryUUID), which no rename
// changes and no successor inherits. Name, address and groups are attributes, read anew each time.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/identity/policy.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::identity {

using DirectoryId = ByteArray<16>;

// Whether the entry lets its person in. The order is that in which a cause is named: the first that
// holds.
enum class Standing : std::uint8_t {
  kActive,
  kDisabled,
  kExpired,
  kWithoutPassword,  // the directory lets it have an empty one
  kLocked,           // no new log-in; what is open stays, or anybody could sign others out
  kMustChangePassword,
  kPasswordExpired,
  kWithoutRole,  // in none of the groups that the operator named
};

[[nodiscard]] std::string_view name_of(Standing standing) noexcept;

struct DirectoryPerson {
  DirectoryId id{};
  std::string username;
  std::string display_name;
  std::vector<std::string> emails;  // as they are written there, in the order of their bytes
  std::vector<Role> roles;
  std::vector<std::string> teams;
  Standing standing = Standing::kWithoutRole;
};

}  // namespace leadkeep::identity
