#include "end_at_provider.h"

#include "acting.h"

namespace leadkeep::flow {

Result<void> end_at_provider(store::WriteTxn& txn, const identity::SessionStore& sessions,
                             const identity::SignOnAnswers& answers,
                             const identity::SignOnAnswers::Message& message,
                             const identity::ProviderLogout& logout, std::string_view reason,
                             Timestamp now) {
  LK_TRY_VOID(answers.keep_logout(txn, message, logout, now));
  LK_TRY(const auto agents, sessions.list_agents(txn, logout));
  for (const AgentId& agent : agents) {
    LK_TRY(const auto ended, sessions.close_at_provider(txn, agent, logout));
    LK_TRY_VOID(append_ends(txn, std::nullopt, agent, ended, reason, now));
  }
  return {};
}

}  // namespace leadkeep::flow
