// The flags in an authenticator's data, which it signs.
#pragma once
#include <leadkeep/webauthn/assertion.h>

#include <cstdint>

namespace leadkeep::webauthn {

// WebAuthn Level 3 section 6.1
inline constexpr std::uint8_t kUserPresent = 0x01;
inline constexpr std::uint8_t kUserVerified = 0x04;
inline constexpr std::uint8_t kBackupPossible = 0x08;
inline constexpr std::uint8_t kBackedUp = 0x10;

[[nodiscard]] inline Checked<AuthenticatorState> state_of(std::uint8_t flags, std::uint32_t count) {
  constexpr std::uint8_t kVerified = kUserPresent | kUserVerified;
  if ((flags & kVerified) != kVerified) {
    return Defect::kUserNotVerified;
  }
  AuthenticatorState state{count, AuthenticatorState::Backup::kNotPossible};
  if ((flags & kBackupPossible) != 0) {
    state.backup = (flags & kBackedUp) != 0 ? AuthenticatorState::Backup::kDone
                                            : AuthenticatorState::Backup::kPossible;
  } else if ((flags & kBackedUp) != 0) {
    return Defect::kBackupState;
  }
  return state;
}

}  // namespace leadkeep::webauthn
