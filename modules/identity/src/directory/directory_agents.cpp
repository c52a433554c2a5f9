#include "agent_table.h"
#include "directory/directory_id.h"

#include <leadkeep/identity/directory_agents.h>
#include <leadkeep/store/blind_index.h>

namespace leadkeep::identity {
namespace {

store::BlindIndex directory_ids() {
  return store::BlindIndex{store::IndexField::kDirectoryId};
}

records::Agent new_agent(const AgentId& id, const DirectoryPerson& person, Timestamp now) {
  records::Agent agent;
  agent.set_id(std::string{id.raw()});
  agent.set_directory_id(std::string{as_text(person.id)});
  agent.set_created_ms(now.ms);
  agent.set_auth_epoch(1);
  return agent;
}

// Whether anything was new.
bool bring_up_to_date(records::Agent& agent, const DirectoryPerson& person) {
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

Result<void> save(store::WriteTxn& txn, const AgentId& id, records::Agent& agent) {
  agent.set_version(agent.version() + 1);
  return kAgents.put(txn, id.bytes(), identity_key(), agent);
}

}  // namespace

Result<ProvenIdentity> DirectoryAgents::admit(store::WriteTxn& txn, const ProvenPerson& proven,
                                              const AgentId& fresh, Timestamp now) const {
  const DirectoryPerson& person = proven.person();
  const std::string_view directory_id = as_text(person.id);
  LK_TRY(const auto known, directory_ids().find(txn, directory_id));
  const AgentId id = known ? AgentId{*known} : fresh;
  records::Agent agent;
  if (known) {
    LK_TRY(agent, load_agent(txn, id));
  } else {
    agent = new_agent(id, person, now);
    LK_TRY_VOID(directory_ids().add(txn, directory_id, id.bytes()));
  }
  if (agent.disabled()) {
    return fail(Errc::kUnauthenticated, "log-in: refused");
  }
  if (bring_up_to_date(agent, person)) {
    LK_TRY_VOID(save(txn, id, agent));
  }
  return ProvenIdentity{ProvenIdentity::Key{}, id};
}

Result<std::optional<AgentId>> DirectoryAgents::find(store::ReadTxn& txn,
                                                     const DirectoryId& id) const {
  LK_TRY(const auto found, directory_ids().find(txn, as_text(id)));
  return found ? std::optional{AgentId{*found}} : std::nullopt;
}

Result<std::optional<DirectoryId>> DirectoryAgents::id_of(store::ReadTxn& txn,
                                                          const AgentId& id) const {
  LK_TRY(const auto agent, find_agent(txn, id));
  if (!agent || agent->directory_id().empty()) {
    return std::optional<DirectoryId>{};
  }
  const auto found = id_from_bytes(as_bytes(agent->directory_id()));
  if (!found) {
    return fail(Errc::kCorrupt, "identity: an agent's id of the directory has another length");
  }
  return found;
}

Result<DirectoryAgents::News> DirectoryAgents::compare(store::ReadTxn& txn, const AgentId& id,
                                                       const DirectoryPerson& person) const {
  LK_TRY(records::Agent agent, load_agent(txn, id));
  return bring_up_to_date(agent, person) ? News::kSome : News::kNone;
}

Result<void> DirectoryAgents::follow(store::WriteTxn& txn, const AgentId& id,
                                     const DirectoryPerson& person) const {
  LK_TRY(records::Agent agent, load_agent(txn, id));
  return bring_up_to_date(agent, person) ? save(txn, id, agent) : Result<void>{};
}

}  // namespace leadkeep::identity
