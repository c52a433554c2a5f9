// The rows of local agents and sessions, shared by the directory and the session store.
#pragma once
#include <leadkeep/base/text.h>
#include <leadkeep/identity/policy.h>
#include <leadkeep/store/records/agent.pb.h>
#include <leadkeep/store/records/session.pb.h>
#include <leadkeep/store/table.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace leadkeep::identity {

inline constexpr store::Table<records::Agent> kAgents{store::TableId::kAgents};
inline constexpr store::Table<records::Session> kSessions{store::TableId::kSessions};

[[nodiscard]] inline store::KeyRef identity_key() {
  return store::system_key("identity");
}

// Of the list that is kept here: nobody else says who it is.
[[nodiscard]] inline bool is_local(const records::Agent& agent) {
  return agent.directory_id().empty() && agent.federated_subject().empty();
}

// A record says whose it is: one that says anything else than its place is damaged.
[[nodiscard]] inline Result<void> check_place(const records::Agent& agent, ByteView row) {
  if (!same_bytes(as_bytes(agent.id()), row)) {
    return fail(Errc::kCorrupt, "identity: an agent is not the one of its row");
  }
  return {};
}

[[nodiscard]] inline Result<std::optional<records::Agent>> find_agent(store::ReadTxn& txn,
                                                                      const AgentId& id) {
  LK_TRY(auto agent, kAgents.find(txn, id.bytes(), identity_key()));
  if (agent) {
    LK_TRY_VOID(check_place(*agent, id.bytes()));
  }
  return agent;
}

[[nodiscard]] inline Result<records::Agent> load_agent(store::ReadTxn& txn, const AgentId& id) {
  LK_TRY(auto agent, kAgents.load(txn, id.bytes(), identity_key()));
  LK_TRY_VOID(check_place(agent, id.bytes()));
  return agent;
}

// What else is kept of an agent, in a row of its own; an empty record for somebody who has none.
template <class Record>
[[nodiscard]] Result<Record> load_or_new(const store::Table<Record>& table, store::ReadTxn& txn,
                                         const AgentId& agent) {
  LK_TRY(auto found, table.find(txn, agent.bytes(), identity_key()));
  if (!found) {
    Record none;
    none.set_agent_id(std::string{agent.raw()});
    return none;
  }
  if (!same_bytes(as_bytes(found->agent_id()), agent.bytes())) {
    return fail(Errc::kCorrupt, "identity: a record is not of the agent of its row");
  }
  return std::move(*found);
}

// A number that is no role gives nothing.
template <class Numbers>
[[nodiscard]] std::vector<Role> roles_in(const Numbers& numbers) {
  std::vector<Role> roles;
  for (const std::uint32_t role : numbers) {
    for (const Role known : {Role::kAgent, Role::kSupervisor, Role::kAuditor, Role::kPrivacyOfficer,
                             Role::kAdmin, Role::kBreakGlass}) {
      if (role == static_cast<std::uint32_t>(known)) {
        roles.push_back(known);
      }
    }
  }
  return roles;
}

[[nodiscard]] inline std::vector<Role> roles_of(const records::Agent& agent) {
  return roles_in(agent.roles());
}

}  // namespace leadkeep::identity
