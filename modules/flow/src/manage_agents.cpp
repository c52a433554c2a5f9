#include "acting.h"
#include "make_once.h"

#include <leadkeep/flow/manage_agents.h>

namespace leadkeep::flow {

Result<AgentId> ManageAgents::add(const By& by, identity::NewAgent agent,
                                  const std::optional<RepeatGuard>& guard) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(by.actor(), audit::Act::kAgentAdded);
  auto checked = m_directory.check(std::move(agent), now);
  if (!checked) {
    return refuse_on_record(m_house, entry, checked.error());
  }
  const auto add_to_list = [&](store::WriteTxn& txn) -> Result<AgentId> {
    LK_TRY_VOID(m_directory.add(txn, checked.value(), now));
    return checked.value().id();
  };
  return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<AgentId> {
    LK_TRY(const AgentId id, by.actor() && by.actor()->agent
                                 ? make_once<AgentId>(txn, *by.actor()->agent, guard, now, done,
                                                      [&] { return add_to_list(txn); })
                                 : add_to_list(txn));
    done.object = audit::object_of(id);
    return id;
  });
}

Result<void> ManageAgents::set_state(const By& by, std::string_view username,
                                     identity::AgentSummary::State state) {
  const audit::Entry entry = entry_by(by.actor(), state == identity::AgentSummary::State::kDisabled
                                                      ? audit::Act::kAgentDisabled
                                                      : audit::Act::kAgentEnabled);
  LK_TRY_VOID(act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<AgentId> {
    LK_TRY(const AgentId id, m_directory.set_state(txn, username, state));
    done.object = audit::object_of(id);
    return id;
  }));
  return {};
}

Result<std::vector<identity::AgentSummary>> ManageAgents::list(const By& by) {
  return listed(by.actor());
}

Result<std::vector<identity::AgentSummary>> ManageAgents::list(
    const identity::Permit<identity::Action::kListAccounts>& permit) {
  return listed(permit.actor());
}

Result<std::vector<identity::AgentSummary>> ManageAgents::list(
    const identity::Permit<identity::Action::kListAgents>& permit) {
  return listed(permit.actor());
}

Result<std::vector<identity::AgentSummary>> ManageAgents::listed(
    const std::optional<identity::Actor>& actor) {
  const audit::Entry entry = entry_by(actor, audit::Act::kAgentsListed);
  return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) {
    auto agents = m_directory.list(txn);
    done.items = agents ? agents.value().size() : 0;
    return agents;
  });
}

}  // namespace leadkeep::flow
