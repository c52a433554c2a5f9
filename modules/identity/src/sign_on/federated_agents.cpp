#include "elsewhere_agent.h"

#include <leadkeep/identity/federated_agents.h>

namespace leadkeep::identity {

Result<ProvenIdentity> FederatedAgents::admit(store::WriteTxn& txn, const FederatedProof& proof,
                                              const AgentId& fresh, Timestamp now) const {
  const FederatedPerson& person = proof.person();
  const auto mark = [](records::Agent& agent, std::string subject) {
    agent.set_federated_subject(std::move(subject));
  };
  LK_TRY(const AgentId agent,
         admit_from_elsewhere(txn, store::BlindIndex{store::IndexField::kFederatedSubject},
                              as_text(person.subject), person, fresh, now, mark));
  return ProvenIdentity{ProvenIdentity::Key{}, agent};
}

}  // namespace leadkeep::identity
