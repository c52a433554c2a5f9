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
    case Assurance::kRecognisedDevice:
      return "recognised_device";
  }
  return "?";
}

bool SecondFactorPolicy::is_required_for(std::span<const Role> roles) const noexcept {
  return std::ranges::any_of(roles, [&](Role role) { return m_roles.contains(role); });
}

bool SecondFactorPolicy::accepts_device(std::span<const Role> roles) const noexcept {
  return !roles.empty() && std::ranges::all_of(roles, [&](Role role) {
    return m_devices.accepted_for.contains(role);
  });
}

}  // namespace leadkeep::identity
