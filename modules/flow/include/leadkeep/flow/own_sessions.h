// leadkeep/flow/own_sessions.h — the path of an agent's own sessions: seen, ended, and who tried
//
// Every agent sees where they are signed in and who tried to, and ends any of it at once.
//
// Errors   kNotFound              no such session of this agent
//          kSecondFactorRequired  the session may only enrol
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/log_in_history.h>
#include <leadkeep/identity/session.h>

#include <vector>

namespace leadkeep::flow {

class OwnSessions {
 public:
  OwnSessions(House& house, const identity::SessionStore& sessions) noexcept
      : m_house{house}, m_sessions{sessions} {}

  [[nodiscard]] Result<std::vector<identity::SessionSummary>> list(
      const identity::Session& session);
  [[nodiscard]] Result<std::vector<identity::PastLogIn>> log_ins(const identity::Session& session);
  [[nodiscard]] Result<void> end(const identity::Session& session, const identity::SessionId& id);
  // Everywhere, this one too.
  [[nodiscard]] Result<void> end_all(const identity::Session& session);

 private:
  House& m_house;
  const identity::SessionStore& m_sessions;
};

}  // namespace leadkeep::flow
