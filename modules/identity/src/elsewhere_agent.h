// An agent of whom somebody else says who it is: the company's directory, or an identity provider.
#pragma once
#include "agent_table.h"

#include <string>

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

}  // namespace leadkeep::identity
