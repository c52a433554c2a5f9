// leadkeep/identity/assurance.h — log-in path: how much of a proof a session rests on
//
// Source   NIST SP 800-63B-4: a password alone is AAL1, with a second factor AAL2; a passkey that
//          verifies its user is two factors in one, and cannot be given to the wrong page
#pragma once
#include <leadkeep/identity/policy.h>
#include <leadkeep/identity/totp.h>

#include <chrono>
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
  kRecognisedDevice = 6,  // a password, and a browser in place of the second factor
  kEmailCode = 7,         // a password, and a code that was sent by e-mail
  kIdentityProvider = 8,  // two factors, as a company's identity provider says
};

[[nodiscard]] std::string_view name_of(Assurance assurance) noexcept;

// Whose browsers may be remembered, and for how long.
struct DevicePolicy {
  std::set<Role> accepted_for;
  std::chrono::days life{30};
};

// What the operator has set: which roles need a second factor, and what is taken for one. Whoever
// has enrolled one is asked for it, whatever the role.
class SecondFactorPolicy {
 public:
  explicit SecondFactorPolicy(std::set<Role> required_for, DevicePolicy devices = {},
                              totp::Window totp_window = totp::Window::kUsual,
                              std::set<Role> email_code_for = {})
      : m_roles{std::move(required_for)},
        m_devices{std::move(devices)},
        m_totp_window{totp_window},
        m_email_code_for{std::move(email_code_for)} {}

  [[nodiscard]] bool is_required_for(std::span<const Role> roles) const noexcept;
  // Whether a recognised device may stand in for it: of all roles, or of none.
  [[nodiscard]] bool accepts_device(std::span<const Role> roles) const noexcept;

  // Whether a code by e-mail may stand in for it, likewise. NIST calls that no second factor.
  [[nodiscard]] bool accepts_email_code(std::span<const Role> roles) const noexcept;

  [[nodiscard]] std::chrono::days device_life() const noexcept { return m_devices.life; }

  [[nodiscard]] totp::Window totp_window() const noexcept { return m_totp_window; }

 private:
  std::set<Role> m_roles;
  DevicePolicy m_devices;
  totp::Window m_totp_window;
  std::set<Role> m_email_code_for;
};

}  // namespace leadkeep::identity
