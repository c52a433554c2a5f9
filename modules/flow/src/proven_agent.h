// The agent of a proof, and where the directory says mail for that person goes.
#pragma once
#include <leadkeep/flow/log_in.h>
#include <leadkeep/mail/address.h>

#include <optional>
#include <string>

namespace leadkeep::flow {

// A person whom the directory or an identity provider has proven becomes an agent here, with the id
// `fresh`, or is found again.
[[nodiscard]] inline Result<identity::ProvenIdentity> agent_of(store::WriteTxn& txn,
                                                               const Proof& proof,
                                                               const AgentId& fresh,
                                                               Timestamp now) {
  if (const auto* known = std::get_if<identity::ProvenIdentity>(&proof)) {
    LK_TRY_VOID(known->require_current(txn));
    return *known;
  }
  if (const auto* by_provider = std::get_if<SignOnProof>(&proof)) {
    const auto& [answer, person] = *by_provider;
    return person ? identity::DirectoryAgents{}.admit(txn, answer, *person, fresh, now)
                  : identity::FederatedAgents{}.admit(txn, answer, fresh, now);
  }
  return identity::DirectoryAgents{}.admit(txn, std::get<identity::ProvenPerson>(proof), fresh,
                                           now);
}

// The first that a relay would take; nothing for somebody of the local list.
[[nodiscard]] inline std::optional<mail::Address> email_address_of(const Proof& proof) {
  if (const auto* proven = std::get_if<identity::ProvenPerson>(&proof)) {
    for (const std::string& email : proven->person().emails) {
      if (auto address = mail::Address::parse(email)) {
        return address;
      }
    }
  }
  return std::nullopt;
}

// Whom guesses are counted against: the name that was typed, the passkey, or the answer.
[[nodiscard]] inline std::string throttled_name_of(const identity::LoginAttempt& attempt) {
  if (attempt.sign_on) {
    return "sign-on:" + attempt.sign_on->id;
  }
  return attempt.passkey ? "passkey:" + std::string{as_text(attempt.passkey->credential_id)}
                         : identity::normalise_username(attempt.username);
}

}  // namespace leadkeep::flow
