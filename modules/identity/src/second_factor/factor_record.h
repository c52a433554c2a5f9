// The row of what an agent has beside the password, shared by all who change it.
#pragma once
#include "agent_table.h"

#include <leadkeep/base/secret.h>
#include <leadkeep/identity/recovery_codes.h>
#include <leadkeep/identity/totp.h>
#include <leadkeep/store/records/second_factors.pb.h>

#include <algorithm>
#include <span>
#include <string>

namespace leadkeep::identity {

inline constexpr store::Table<records::SecondFactors> kFactors{store::TableId::kSecondFactors};

// As it was made: no code is computed from less of a secret.
[[nodiscard]] inline bool is_whole(const records::Totp& totp) {
  return totp.secret().size() == totp::kSecretBytes;
}

[[nodiscard]] inline Result<records::SecondFactors> load_factors(store::ReadTxn& txn,
                                                                 const AgentId& agent) {
  LK_TRY(auto factors, load_or_new(kFactors, txn, agent));
  if ((factors.has_totp() && !is_whole(factors.totp())) ||
      (factors.has_offered() && !is_whole(factors.offered()))) {
    return fail(Errc::kCorrupt, "identity: the secret of an app has another length");
  }
  return factors;
}

[[nodiscard]] inline Result<void> save_factors(store::WriteTxn& txn, const AgentId& agent,
                                               const records::SecondFactors& factors) {
  return kFactors.put(txn, agent.bytes(), identity_key(), factors);
}

// Recovery codes are no factor to sign in with for good: they stand in for one of these.
[[nodiscard]] inline bool has_any(const records::SecondFactors& factors) {
  return factors.has_totp() || factors.passkeys_size() > 0;
}

// One that lets its agent in. Who has none but a copied passkey is asked for paper all the same.
[[nodiscard]] inline bool has_usable(const records::SecondFactors& factors) {
  return factors.has_totp() ||
         std::ranges::any_of(factors.passkeys(),
                             [](const records::Passkey& passkey) { return !passkey.copied(); });
}

inline void set_recovery_codes(records::SecondFactors& factors,
                               std::span<const SecretBytes> codes) {
  factors.clear_recovery_codes();
  for (const SecretBytes& code : codes) {
    factors.add_recovery_codes(std::string{as_text(recovery::hash(code))});
  }
}

}  // namespace leadkeep::identity
