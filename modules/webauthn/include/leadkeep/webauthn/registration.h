// leadkeep/webauthn/registration.h — a new passkey: is it for us, and what is kept of it?
//
// Whose product an authenticator is, is not asked ("none"): an attestation names the device, and
// any that verifies its user is good enough. A statement that the passkey signs with its own key,
// as some send all the same, is verified; any other is refused.
//
// Takes    AnsweredChallenge (challenges.h), the attestation object as the browser sent it
// Refuses  kTooLarge, kAttestation, kRelyingParty, kUserNotVerified, kBackupState, kKey, kSignature
// Source   WebAuthn Level 3 section 7.1, steps 13 to 25; keys and signature by libfido2
// Threads  any
#pragma once
#include <leadkeep/webauthn/assertion.h>

#include <array>

namespace leadkeep::webauthn {

inline constexpr std::size_t kMaxCredentialId = 1023;  // bytes, section 7.1 step 26

// What is asked for, in this order: COSE ES256, EdDSA, RS256.
inline constexpr std::array<std::int32_t, 3> kAlgorithms{-7, -8, -257};

struct Registration {
  std::string client_data_json;
  Bytes attestation_object;
};

struct NewPasskey {
  Bytes credential_id;
  PublicKey key;
  AuthenticatorState state;
};

[[nodiscard]] Checked<NewPasskey> verify_registration(const AnsweredChallenge& challenge,
                                                      const Registration& registration);

}  // namespace leadkeep::webauthn
