// leadkeep/flow/manage_agents.h — the local list of agents: add, disable, list
//
// Through the API by an administrator; through the control socket by the operator of the host, who
// is named in the audit trail as the daemon itself.
// Errors   as identity/local_directory.h
// Threads  any
#pragma once
#include <leadkeep/flow/by.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/idempotency.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/permit.h>

namespace leadkeep::flow {

class ManageAgents {
 public:
  ManageAgents(House& house, identity::LocalDirectory& directory) noexcept
      : m_house{house}, m_directory{directory} {}

  using By = flow::By<identity::Action::kManageAgents>;

  // The guard counts for the holder of a permit only.
  [[nodiscard]] Result<AgentId> add(const By& by, identity::NewAgent agent,
                                    const std::optional<RepeatGuard>& guard = {});
  [[nodiscard]] Result<void> set_state(const By& by, std::string_view username,
                                       identity::AgentSummary::State state);
  [[nodiscard]] Result<std::vector<identity::AgentSummary>> list(const By& by);
  [[nodiscard]] Result<std::vector<identity::AgentSummary>> list(
      const identity::Permit<identity::Action::kListAccounts>& permit);
  // The names agents may see of each other, to read who has or wrote what.
  [[nodiscard]] Result<std::vector<identity::AgentSummary>> list(
      const identity::Permit<identity::Action::kListAgents>& permit);

 private:
  [[nodiscard]] Result<std::vector<identity::AgentSummary>> listed(
      const std::optional<identity::Actor>& actor);

  House& m_house;
  identity::LocalDirectory& m_directory;
};

}  // namespace leadkeep::flow
