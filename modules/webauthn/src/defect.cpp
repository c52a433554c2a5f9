#include <leadkeep/webauthn/defect.h>

namespace leadkeep::webauthn {

std::string_view name_of(Defect defect) noexcept {
  switch (defect) {
    case Defect::kTooLarge:
      return "passkey_too_large";
    case Defect::kClientData:
      return "passkey_client_data";
    case Defect::kOrigin:
      return "passkey_origin";
    case Defect::kChallenge:
      return "passkey_challenge";
    case Defect::kAttestation:
      return "passkey_attestation";
    case Defect::kRelyingParty:
      return "passkey_relying_party";
    case Defect::kUserNotVerified:
      return "passkey_user_not_verified";
    case Defect::kBackupState:
      return "passkey_backup_state";
    case Defect::kKey:
      return "passkey_key";
    case Defect::kSignature:
      return "passkey_signature";
  }
  return "?";
}

}  // namespace leadkeep::webauthn
