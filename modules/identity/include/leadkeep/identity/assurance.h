// leadkeep/identity/assurance.h — log-in path: how much of a proof a session rests on
//
// Source   NIST SP 800-63B-4: a password alone is AAL1, with a second factor AAL2; a passkey that
//          verifies its user is two factors in one, and cannot be given to the wrong page
#pragma once
#include <leadkeep/identity/policy.h>

#include <cstdint>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace leadkeep::identity {

// Stored by value; never renumber.
enum class Assurance : std::uint8_t {
  kEnrolmentOnly = 1,  // the agent needs a second factor and has none: may enrol one, nothing else
  kPassword = 2,
  kTwoFactors = 3,
  kBreakGlass = 4,  // a code that the operator of the host has drawn
  kPasskey = 5,
};

[[nodiscard]] std::string_view name_of(Assurance assurance) noexcept;

// Which roles need a second factor. Whoever has enrolled one is asked for it, whatever the role.
class SecondFactorPolicy {
 public:
  explicit SecondFactorPolicy(std::set<Role> required_for) : m_roles{std::move(required_for)} {}

  [[nodiscard]] bool is_required_for(std::span<const Role> roles) const noexcept;

 private:
  std::set<Role> m_roles;
};

}  // namespace leadkeep::identity
