#include "acting.h"

#include <leadkeep/flow/end_sessions.h>

namespace leadkeep::flow {
namespace {

constexpr std::string_view kByAnother = "signed_out_by_another";

}  // namespace

Result<std::size_t> EndSessions::of(const ManageAgents::By& by, std::string_view username) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(by.actor(), audit::Act::kSessionsEnded);
  return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<std::size_t> {
    LK_TRY(const AgentId id, m_agents.id_of(txn, username));
    done.object = audit::object_of(id);
    LK_TRY(done.items, end_sessions_of(txn, m_sessions, entry.actor, id, kByAnother, now));
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
      LK_TRY(const std::size_t ended,
             end_sessions_of(txn, m_sessions, entry.actor, agent, kByAnother, now));
      count += ended;
    }
    done.items = count;
    return count;
  });
}

}  // namespace leadkeep::flow
