// What is kept of a passkey, in the row of the agent's factors; and how its row is found.
#pragma once
#include "second_factor/factor_record.h"

#include <leadkeep/identity/second_factors.h>
#include <leadkeep/store/blind_index.h>

namespace leadkeep::identity {

// From the id that the authenticator gave it to its agent.
[[nodiscard]] inline store::BlindIndex passkey_owners() {
  return store::BlindIndex{store::IndexField::kPasskey};
}

[[nodiscard]] inline Result<PasskeySummary> summary_of(const records::Passkey& passkey) {
  const auto id = PasskeyId::from_bytes(as_bytes(passkey.id()));
  if (!id) {
    return fail(Errc::kCorrupt, "identity: the id of a passkey has another length");
  }
  PasskeySummary summary{*id, passkey.name(),      Timestamp{passkey.since_ms()},
                         {},  passkey.backed_up(), passkey.copied()};
  if (passkey.last_used_ms() != 0) {
    summary.last_used = Timestamp{passkey.last_used_ms()};
  }
  return summary;
}

[[nodiscard]] inline Result<void> forget_passkeys(store::WriteTxn& txn, const AgentId& agent,
                                                  const records::SecondFactors& factors) {
  for (const records::Passkey& passkey : factors.passkeys()) {
    LK_TRY_VOID(passkey_owners().remove(txn, passkey.credential_id(), agent.bytes()));
  }
  return {};
}

}  // namespace leadkeep::identity
