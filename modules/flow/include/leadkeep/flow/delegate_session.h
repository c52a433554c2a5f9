// leadkeep/flow/delegate_session.h — the path of a delegation: an agent lets another client act for them
//
//   session of the agent ─ fresh proof ─ approved client ─ audit ─► a session of that client
//
// The token is good when that client shows it and ends when anybody else does, so that it may pass through
// the program that asked for it. What may be done is what both the agent and that client may; nothing of the
// agent's own, such as passwords and other sessions.
//
// Takes    why, as a stable code: 1 to 40 of a-z and _, which is on the trail
// Errors   kStepUpRequired  the agent has not proven within five minutes who acts
//          kForbidden       of a session that was given on itself, or of break-glass; the client signs nobody in
//          kNotFound        no such client, or none that is approved
//          kConflict        it is the client that asks
//          kInvalidInput    a purpose of another form
// Threads  any
#pragma once
#include <leadkeep/clients/registry.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/session.h>

#include <chrono>
#include <string>

namespace leadkeep::flow {

struct Delegation {
  ClientId to;
  std::string purpose;
  std::chrono::minutes life;
};

class DelegateSession {
 public:
  DelegateSession(House& house, const clients::Registry& registry,
                  const identity::SessionStore& sessions) noexcept
      : m_house{house}, m_registry{registry}, m_sessions{sessions} {}

  [[nodiscard]] Result<identity::OpenedSession> delegate(const identity::Session& session,
                                                         const Delegation& delegation);

 private:
  House& m_house;
  const clients::Registry& m_registry;
  const identity::SessionStore& m_sessions;
};

}  // namespace leadkeep::flow
