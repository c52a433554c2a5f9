// The part of SessionStore that knows of identity providers.
#include "agent_table.h"
#include "sign_on/provider_sessions.h"

#include <leadkeep/identity/session.h>

#include <set>

namespace leadkeep::identity {
namespace {

bool is_meant(const records::Session& record, const ProviderLogout& logout) {
  return record.has_provider_session() && is_meant(record.provider_session(), logout);
}

}  // namespace

// There are as many sessions as agents may have, so all of them are looked at.
Result<std::vector<AgentId>> SessionStore::list_agents(store::ReadTxn& txn,
                                                       const ProviderLogout& logout) const {
  std::set<AgentId> agents;
  LK_TRY_VOID(kSessions.scan(txn, {}, {}, identity_key(),
                             [&](ByteView, const records::Session& record) -> Result<store::Step> {
                               const auto id = AgentId::from_bytes(as_bytes(record.agent_id()));
                               if (id && is_meant(record, logout)) {
                                 agents.insert(*id);
                               }
                               return store::Step::kContinue;
                             }));
  return std::vector<AgentId>{agents.begin(), agents.end()};
}

Result<std::vector<SessionId>> SessionStore::close_at_provider(store::WriteTxn& txn,
                                                               const AgentId& agent,
                                                               const ProviderLogout& logout) const {
  return close_those(txn, agent,
                     [&](const records::Session& record) { return is_meant(record, logout); });
}

}  // namespace leadkeep::identity
