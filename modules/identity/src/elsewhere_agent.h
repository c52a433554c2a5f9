// An agent of whom somebody else says who it is: the company's directory, or an identity provider.
#pragma once
#include "agent_table.h"

#include <leadkeep/store/blind_index.h>

#include <string>
#include <string_view>

namespace leadkeep::identity {

[[nodiscard]] inline records::Agent new_agent(const AgentId& id, Timestamp now) {
  records::Agent agent;
  agent.set_id(std::string{id.raw()});
  agent.set_created_ms(now.ms);
  agent.set_auth_epoch(1);
  return agent;
}

// Of a DirectoryPerson or a FederatedPerson. Whether anything was new.
template <class Person>
[[nodiscard]] bool bring_up_to_date(records::Agent& agent, const Person& person) {
  const std::string before = agent.SerializeAsString();
  agent.set_username(person.username);
  agent.set_display_name(person.display_name);
  agent.clear_roles();
  for (const Role role : person.roles) {
    agent.add_roles(static_cast<std::uint32_t>(role));
  }
  agent.clear_teams();
  for (const std::string& team : person.teams) {
    agent.add_teams(team);
  }
  return agent.SerializeAsString() != before;
}

[[nodiscard]] inline Result<void> save_agent(store::WriteTxn& txn, const AgentId& id,
                                             records::Agent& agent) {
  agent.set_version(agent.version() + 1);
  return kAgents.put(txn, id.bytes(), identity_key(), agent);
}

// Whom `index` finds by `name`, as somebody else says it is now; or a new one with the id `fresh`,
// into whose record `mark` writes the name.
template <class Person, class Mark>
[[nodiscard]] Result<AgentId> admit_from_elsewhere(store::WriteTxn& txn,
                                                   const store::BlindIndex& index,
                                                   std::string_view name, const Person& person,
                                                   const AgentId& fresh, Timestamp now,
                                                   const Mark& mark) {
  LK_TRY(const auto known, index.find(txn, name));
  const AgentId id = known ? AgentId{*known} : fresh;
  records::Agent agent;
  if (known) {
    LK_TRY(agent, load_agent(txn, id));
  } else {
    agent = new_agent(id, now);
    mark(agent, std::string{name});
    LK_TRY_VOID(index.add(txn, name, id.bytes()));
  }
  if (agent.disabled()) {
    return fail(Errc::kUnauthenticated, "log-in: refused");
  }
  if (bring_up_to_date(agent, person)) {
    LK_TRY_VOID(save_agent(txn, id, agent));
  }
  return id;
}

}  // namespace leadkeep::identity
