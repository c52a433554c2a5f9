// What is verified once the challenge is known to be ours, apart from it: published test vectors have
// challenges of their own.
#pragma once
#include <leadkeep/webauthn/registration.h>

namespace leadkeep::webauthn {

struct SignedFor {
  const RelyingParty& party;
  const ByteArray<32>& client_data_hash;
};

[[nodiscard]] Checked<AuthenticatorState> verify_signed(const SignedFor& asked,
                                                        const PublicKey& key,
                                                        const Assertion& assertion);
[[nodiscard]] Checked<NewPasskey> verify_attested(const SignedFor& asked,
                                                  ByteView attestation_object);

}  // namespace leadkeep::webauthn
