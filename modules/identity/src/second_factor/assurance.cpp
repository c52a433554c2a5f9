#include <leadkeep/identity/assurance.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

bool are_all_in(const std::set<Role>& accepted, std::span<const Role> roles) {
  return !roles.empty() &&
         std::ranges::all_of(roles, [&](Role role) { return accepted.contains(role); });
}

}  // namespace

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
    case Assurance::kEmailCode:
      return "email_code";
    case Assurance::kIdentityProvider:
      return "identity_provider";
  }
  return "?";
}

bool SecondFactorPolicy::is_required_for(std::span<const Role> roles) const noexcept {
  return std::ranges::any_of(roles, [&](Role role) { return m_roles.contains(role); });
}

bool SecondFactorPolicy::accepts_device(std::span<const Role> roles) const noexcept {
  return are_all_in(m_devices.accepted_for, roles);
}

bool SecondFactorPolicy::accepts_email_code(std::span<const Role> roles) const noexcept {
  return are_all_in(m_email_code_for, roles);
}

}  // namespace leadkeep::identity
