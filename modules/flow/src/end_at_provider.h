// Ends what came from a session at an identity provider, in one transaction.
#pragma once
#include <leadkeep/identity/session.h>
#include <leadkeep/identity/sign_on_answers.h>
#include <leadkeep/store/transaction.h>

#include <string_view>

namespace leadkeep::flow {

// The message counts once, whatever it ends: kConflict where it was taken before.
[[nodiscard]] Result<void> end_at_provider(store::WriteTxn& txn,
                                           const identity::SessionStore& sessions,
                                           const identity::SignOnAnswers& answers,
                                           const identity::SignOnAnswers::Message& message,
                                           const identity::ProviderLogout& logout,
                                           std::string_view reason, Timestamp now);

}  // namespace leadkeep::flow
