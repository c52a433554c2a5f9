// leadkeep/flow/end_sessions.h — the path of a sign-out by somebody else: of one agent, of everybody
//
// For a lost laptop, and for the day when nobody knows which token is where. Event streams end too.
//
// Errors   kNotFound  no such agent
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/manage_agents.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/session.h>

#include <cstddef>
#include <string_view>

namespace leadkeep::flow {

class EndSessions {
 public:
  EndSessions(House& house, const identity::SessionStore& sessions,
              const identity::LocalDirectory& agents) noexcept
      : m_house{house}, m_sessions{sessions}, m_agents{agents} {}

  // Both yield how many sessions have ended.
  [[nodiscard]] Result<std::size_t> of(const ManageAgents::By& by, std::string_view username);
  // The one who asks is signed out as well.
  [[nodiscard]] Result<std::size_t> of_everybody(const ManageAgents::By& by);

 private:
  House& m_house;
  const identity::SessionStore& m_sessions;
  const identity::LocalDirectory& m_agents;
};

}  // namespace leadkeep::flow
