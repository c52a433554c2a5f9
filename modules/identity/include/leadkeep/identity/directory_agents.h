// leadkeep/identity/directory_agents.h — login path: a person of the directory is an agent here
//
// An agent is made at the first log-in and is found again by the directory's id, whatever the
// person's name, address or place in the tree has become. Name, roles and teams are what the
// directory says now.
//
// Somebody who has a session is followed: what the directory says of them counts at the next request.
//
// Errors   kUnauthenticated  an administrator has disabled the agent here
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/identity/corporate_directory.h>
#include <leadkeep/identity/proven_identity.h>
#include <leadkeep/identity/sign_on_answers.h>
#include <leadkeep/store/transaction.h>

#include <optional>

namespace leadkeep::identity {

class DirectoryAgents {
 public:
  // `fresh` becomes the id of an agent who was not here before.
  [[nodiscard]] Result<ProvenIdentity> admit(store::WriteTxn& txn, const ProvenPerson& proven,
                                             const AgentId& fresh, Timestamp now) const;

  // The same for somebody whom an identity provider has proven: `person` is what the directory says
  // now of the id in the proof.
  [[nodiscard]] Result<ProvenIdentity> admit(store::WriteTxn& txn, const FederatedProof& proof,
                                             const DirectoryPerson& person, const AgentId& fresh,
                                             Timestamp now) const;

  // Nothing for somebody who never signed in here.
  [[nodiscard]] Result<std::optional<AgentId>> find(store::ReadTxn& txn,
                                                    const DirectoryId& id) const;

  // Nothing for an agent of the local list.
  [[nodiscard]] Result<std::optional<DirectoryId>> id_of(store::ReadTxn& txn,
                                                         const AgentId& agent) const;

  enum class News { kNone, kSome };

  // Whether the directory says anything of the agent that is not known here; and what follows.
  [[nodiscard]] Result<News> compare(store::ReadTxn& txn, const AgentId& agent,
                                     const DirectoryPerson& person) const;
  [[nodiscard]] Result<void> follow(store::WriteTxn& txn, const AgentId& agent,
                                    const DirectoryPerson& person) const;

 private:
  [[nodiscard]] Result<ProvenIdentity> admit_person(store::WriteTxn& txn,
                                                    const DirectoryPerson& person,
                                                    const AgentId& fresh, Timestamp now) const;
};

}  // namespace leadkeep::identity
