// leadkeep/identity/federated_agents.h — log-in path: a person of an identity provider is an agent
// here
//
// Where there is a directory, the agent is the directory's, whatever door they come through
// (directory_agents.h). Where there is none, an agent is made at the first sign-on and is found again
// by the identity provider's name for good; name, roles and teams are what the assertion says now.
//
// Errors   kUnauthenticated  an administrator has disabled the agent here
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/identity/proven_identity.h>
#include <leadkeep/identity/sign_on_answers.h>
#include <leadkeep/store/transaction.h>

namespace leadkeep::identity {

class FederatedAgents {
 public:
  // Of somebody whom no directory knows. `fresh` becomes the id of an agent who was not here before.
  [[nodiscard]] Result<ProvenIdentity> admit(store::WriteTxn& txn, const FederatedProof& proof,
                                             const AgentId& fresh, Timestamp now) const;
};

}  // namespace leadkeep::identity
