#include <leadkeep/identity/leaver.h>

#include <algorithm>

namespace leadkeep::identity {

bool ends_sessions(Standing standing) noexcept {
  switch (standing) {
    case Standing::kActive:
    case Standing::kLocked:
    case Standing::kMustChangePassword:
    case Standing::kPasswordExpired:
      return false;
    case Standing::kDisabled:
    case Standing::kExpired:
    case Standing::kWithoutPassword:
    case Standing::kWithoutRole:
      return true;
  }
  return true;
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
