// The rows of local agents and sessions, shared by the directory and the session store.
#pragma once
#include <leadkeep/identity/policy.h>
#include <leadkeep/store/records/agent.pb.h>
#include <leadkeep/store/records/session.pb.h>
#include <leadkeep/store/table.h>

#include <vector>

namespace leadkeep::identity {

inline constexpr store::Table<records::Agent> kAgents{store::TableId::kAgents};
inline constexpr store::Table<records::Session> kSessions{store::TableId::kSessions};

[[nodiscard]] inline store::KeyRef identity_key() {
  return store::system_key("identity");
}

[[nodiscard]] inline std::vector<Role> roles_of(const records::Agent& agent) {
  std::vector<Role> roles;
  for (const std::uint32_t role : agent.roles()) {
    roles.push_back(static_cast<Role>(role));
  }
  return roles;
}

}  // namespace leadkeep::identity
