#include <leadkeep/identity/leaver.h>

#include <algorithm>

namespace leadkeep::identity {

std::optional<Standing> reason_to_end(const DirectoryPerson& person) noexcept {
  switch (person.standing) {
    case Standing::kActive:
    case Standing::kLocked:
    case Standing::kMustChangePassword:
    case Standing::kPasswordExpired:
      return person.roles.empty() ? std::optional{Standing::kWithoutRole} : std::nullopt;
    case Standing::kDisabled:
    case Standing::kExpired:
    case Standing::kWithoutPassword:
    case Standing::kWithoutRole:
      break;
  }
  return person.standing;
}

bool is_meant(Standing standing) noexcept {
  return standing == Standing::kDisabled || standing == Standing::kExpired;
}

std::size_t most_gone_at_once(std::size_t asked) noexcept {
  constexpr std::size_t kAtLeast = 5;
  constexpr std::size_t kPart = 20;
  return std::max(kAtLeast, asked / kPart);
}

}  // namespace leadkeep::identity
