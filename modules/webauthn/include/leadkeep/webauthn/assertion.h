// leadkeep/webauthn/assertion.h — a passkey has answered: is it the one that was enrolled?
//
// Takes    AnsweredChallenge (challenges.h), the public key that was kept, what the browser sent
// Yields   what the authenticator says of itself, signed
// Refuses  kTooLarge, kRelyingParty, kUserNotVerified, kBackupState, kKey, kSignature
// Source   WebAuthn Level 3 section 7.2, steps 14 to 22; the signature by libfido2
// Threads  any
//
// Whether the passkey is known, is the agent's, and has not been copied (sign_count) is for the
// caller, who keeps the rows.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/webauthn/challenges.h>

#include <cstdint>
#include <string>

namespace leadkeep::webauthn {

struct PublicKey {
  std::int32_t algorithm = 0;  // COSE: -7 ES256, -8 EdDSA, -257 RS256
  Bytes value;                 // ES256: x ‖ y; EdDSA: 32 bytes; RS256: n ‖ e
};

// As the browser sent it.
struct Assertion {
  Bytes credential_id;
  std::string client_data_json;
  Bytes authenticator_data;
  Bytes signature;
  Bytes user_handle;  // whose passkey the authenticator says it is; empty if it says nothing
};

struct AuthenticatorState {
  std::uint32_t sign_count = 0;  // 0 of an authenticator that does not count
  enum class Backup : std::uint8_t { kNotPossible, kPossible, kDone } backup = Backup::kNotPossible;
};

[[nodiscard]] Checked<AuthenticatorState> verify_assertion(const AnsweredChallenge& challenge,
                                                           const PublicKey& key,
                                                           const Assertion& assertion);

}  // namespace leadkeep::webauthn
