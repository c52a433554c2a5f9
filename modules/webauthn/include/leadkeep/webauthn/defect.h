// leadkeep/webauthn/defect.h — why a passkey's answer is not taken
//
// For the audit trail; whoever sent it is told one thing for all.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

namespace leadkeep::webauthn {

enum class Defect : std::uint8_t {
  kTooLarge,         // a part is longer than any authenticator makes it
  kClientData,       // not JSON, or of another ceremony
  kOrigin,           // of another page, or of a page inside one of another origin
  kChallenge,        // not ours, for another session or purpose, or older than five minutes
  kAttestation,      // not an attestation object without a statement or with one of its own key
  kRelyingParty,     // the authenticator answered somebody else
  kUserNotVerified,  // neither a fingerprint nor a PIN
  kBackupState,      // backed up, and says that it cannot be
  kKey,              // not a key of an algorithm that was asked for
  kSignature,
};

[[nodiscard]] std::string_view name_of(Defect defect) noexcept;

template <class T>
using Checked = std::variant<T, Defect>;

}  // namespace leadkeep::webauthn
