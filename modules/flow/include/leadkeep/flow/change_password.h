// leadkeep/flow/change_password.h — the path of a new password of the local list
//
//   session + present password + new one ─ rules ─ every session and device of the agent ends ─ a
//                                                  new session
//
// Agents change their own; the operator of the host sets one for somebody who has lost it. An
// administrator does neither: whoever knows another's password is that other.
//
// Errors   kPasswordTooEasy  identity/password_rules.h
//          kProofRefused     the present password is another
//          kStepUpRequired   the proof of the session is old
//          kConflict         the agent has no password here: the company's directory has it
//          kTooManyRequests  guessed too often
// Threads  any; a call takes tens of milliseconds
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/login_throttle.h>
#include <leadkeep/identity/recognised_devices.h>
#include <leadkeep/identity/session.h>

#include <string_view>

namespace leadkeep::flow {

class ChangePassword {
 public:
  ChangePassword(House& house, const identity::LocalDirectory& agents,
                 const identity::SessionStore& sessions, const identity::RecognisedDevices& devices,
                 identity::LoginThrottle& throttle) noexcept
      : m_house{house},
        m_agents{agents},
        m_sessions{sessions},
        m_devices{devices},
        m_throttle{throttle} {}

  [[nodiscard]] Result<identity::OpenedSession> change(const identity::Session& session,
                                                       const SecretBytes& present,
                                                       const SecretBytes& fresh);
  // By the operator of the host.
  [[nodiscard]] Result<void> set(std::string_view username, const SecretBytes& fresh);

 private:
  using Checked = identity::LocalDirectory::CheckedPassword;

  [[nodiscard]] Result<Checked> check(const identity::Session& session, const SecretBytes& present,
                                      const SecretBytes& fresh);
  [[nodiscard]] Result<void> prove_present(const identity::Session& session,
                                           const SecretBytes& present);

  House& m_house;
  const identity::LocalDirectory& m_agents;
  const identity::SessionStore& m_sessions;
  const identity::RecognisedDevices& m_devices;
  identity::LoginThrottle& m_throttle;
};

}  // namespace leadkeep::flow
