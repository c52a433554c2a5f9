#include "directory/directory_id.h"
#include "elsewhere_agent.h"

#include <leadkeep/base/check.h>
#include <leadkeep/identity/directory_agents.h>
#include <leadkeep/store/blind_index.h>

namespace leadkeep::identity {
namespace {

store::BlindIndex directory_ids() {
  return store::BlindIndex{store::IndexField::kDirectoryId};
}

}  // namespace

Result<ProvenIdentity> DirectoryAgents::admit(store::WriteTxn& txn, const ProvenPerson& proven,
                                              const AgentId& fresh, Timestamp now) const {
  return admit_person(txn, proven.person(), fresh, now);
}

Result<ProvenIdentity> DirectoryAgents::admit(store::WriteTxn& txn, const FederatedProof& proof,
                                              const DirectoryPerson& person, const AgentId& fresh,
                                              Timestamp now) const {
  LK_CHECK(proof.person().directory_id == person.id);
  return admit_person(txn, person, fresh, now);
}

Result<ProvenIdentity> DirectoryAgents::admit_person(store::WriteTxn& txn,
                                                     const DirectoryPerson& person,
                                                     const AgentId& fresh, Timestamp now) const {
  const auto mark = [](records::Agent& agent, std::string id) {
    agent.set_directory_id(std::move(id));
  };
  LK_TRY(const AgentId agent,
         admit_from_elsewhere(txn, directory_ids(), as_text(person.id), person, fresh, now, mark));
  return ProvenIdentity{ProvenIdentity::Key{}, agent};
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
  return bring_up_to_date(agent, person) ? save_agent(txn, id, agent) : Result<void>{};
}

}  // namespace leadkeep::identity
