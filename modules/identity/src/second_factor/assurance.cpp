#include <leadkeep/identity/assurance.h>

#include <algorithm>

namespace leadkeep::identity {

std::string_view name_of(Assurance assurance) noexcept {
  switch (assurance) {
    case Assurance::kEnrolmentOnly:
      return "enrolment_only";
    case Assurance::kPassword:
      return "password";
    case Assurance::kTwoFactors:
      return "two_factors";
    case Assurance::kBreakGlass:
      return "break_glass";
    case Assurance::kPasskey:
      return "passkey";
  }
  return "?";
}

bool SecondFactorPolicy::is_required_for(std::span<const Role> roles) const noexcept {
  return std::ranges::any_of(roles, [&](Role role) { return m_roles.contains(role); });
}

}  // namespace leadkeep::identity
