#include "acting.h"

#include <leadkeep/flow/end_sessions.h>

namespace leadkeep::flow {
namespace {

// With an entry for each; who asked for it stands in them.
Result<std::size_t> end_all(store::WriteTxn& txn, const identity::SessionStore& sessions,
                            const ManageAgents::By& by, const AgentId& agent, Timestamp now) {
  LK_TRY(const auto ended, sessions.close_all(txn, agent));
  const auto actor = by.actor() ? std::optional{by.actor()->agent} : std::nullopt;
  LK_TRY_VOID(append_ends(txn, actor, agent, ended, "signed_out_by_another", now));
  return ended.size();
}

}  // namespace

Result<std::size_t> EndSessions::of(const ManageAgents::By& by, std::string_view username) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(by.actor(), audit::Act::kSessionsEnded);
  return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<std::size_t> {
    LK_TRY(const AgentId id, m_agents.id_of(txn, username));
    done.object = audit::object_of(id);
    LK_TRY(done.items, end_all(txn, m_sessions, by, id, now));
    return done.items;
  });
}

// One transaction for all: half a sign-out of everybody is none. There are as many sessions as
// agents may have, so it stays small.
Result<std::size_t> EndSessions::of_everybody(const ManageAgents::By& by) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(by.actor(), audit::Act::kSessionsEnded);
  return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<std::size_t> {
    LK_TRY(const auto agents, m_sessions.list_agents(txn, now));
    std::size_t count = 0;
    for (const AgentId& agent : agents) {
      LK_TRY(const std::size_t ended, end_all(txn, m_sessions, by, agent, now));
      count += ended;
    }
    done.items = count;
    return count;
  });
}

}  // namespace leadkeep::flow
