// The head of an authenticator's data, which it signs: for whom, flags, counter.
// Source   WebAuthn Level 3 section 6.1
#pragma once
#include <leadkeep/crypto/hash.h>
#include <leadkeep/webauthn/assertion.h>

#include <cstdint>

namespace leadkeep::webauthn {

inline constexpr std::size_t kPartyHash = 32;  // bytes
inline constexpr std::size_t kFlagsAt = kPartyHash;
inline constexpr std::size_t kCountAt = kFlagsAt + 1;
inline constexpr std::size_t kHead = kCountAt + 4;

inline constexpr std::uint8_t kUserPresent = 0x01;
inline constexpr std::uint8_t kUserVerified = 0x04;
inline constexpr std::uint8_t kBackupPossible = 0x08;
inline constexpr std::uint8_t kBackedUp = 0x10;
inline constexpr std::uint8_t kKeyIncluded = 0x40;
inline constexpr std::uint8_t kExtensionsIncluded = 0x80;

// All of them: of data that has its head.

[[nodiscard]] inline std::uint8_t flags_of(ByteView data) {
  return std::to_integer<std::uint8_t>(data[kFlagsAt]);
}

[[nodiscard]] inline bool is_for(const RelyingParty& party, ByteView data) {
  return same_bytes(data.first(kPartyHash), crypto::sha256({as_bytes(party.id())}));
}

[[nodiscard]] inline Checked<AuthenticatorState> state_of(ByteView data) {
  constexpr std::uint8_t kVerified = kUserPresent | kUserVerified;
  const std::uint8_t flags = flags_of(data);
  if ((flags & kVerified) != kVerified) {
    return Defect::kUserNotVerified;
  }
  AuthenticatorState state{read_be<std::uint32_t>(data.subspan(kCountAt)),
                           AuthenticatorState::Backup::kNotPossible};
  if ((flags & kBackupPossible) != 0) {
    state.backup = (flags & kBackedUp) != 0 ? AuthenticatorState::Backup::kDone
                                            : AuthenticatorState::Backup::kPossible;
  } else if ((flags & kBackedUp) != 0) {
    return Defect::kBackupState;
  }
  return state;
}

}  // namespace leadkeep::webauthn
