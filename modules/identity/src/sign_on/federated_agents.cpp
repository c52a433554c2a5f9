#include "elsewhere_agent.h"

#include <leadkeep/identity/federated_agents.h>
#include <leadkeep/store/blind_index.h>

namespace leadkeep::identity {

Result<ProvenIdentity> FederatedAgents::admit(store::WriteTxn& txn, const FederatedProof& proof,
                                              const AgentId& fresh, Timestamp now) const {
  const store::BlindIndex subjects{store::IndexField::kFederatedSubject};
  const FederatedPerson& person = proof.person();
  const std::string_view subject = as_text(person.subject);
  LK_TRY(const auto known, subjects.find(txn, subject));
  const AgentId id = known ? AgentId{*known} : fresh;
  records::Agent agent;
  if (known) {
    LK_TRY(agent, load_agent(txn, id));
  } else {
    agent = new_agent(id, now);
    agent.set_federated_subject(std::string{subject});
    LK_TRY_VOID(subjects.add(txn, subject, id.bytes()));
  }
  if (agent.disabled()) {
    return fail(Errc::kUnauthenticated, "log-in: refused");
  }
  if (bring_up_to_date(agent, person)) {
    LK_TRY_VOID(save_agent(txn, id, agent));
  }
  return ProvenIdentity{ProvenIdentity::Key{}, id};
}

}  // namespace leadkeep::identity
