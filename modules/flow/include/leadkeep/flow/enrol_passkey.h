// leadkeep/flow/enrol_passkey.h — the path of a passkey: asked for, enrolled, removed
//
//   session ─ ask ─ browser, authenticator ─ enrol ─ a new session, recovery codes with the first
//
// Enrolling and removing end all sessions of the agent, the one that does it too, and open a new
// one: what was opened with less, or with the passkey that is gone, must not go on.
//
// Errors   kProofRefused    one answer for every cause; the audit trail knows it
//          kForbidden       a break-glass session, which has none
//          as identity/passkeys.h
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/passkeys.h>
#include <leadkeep/identity/session.h>
#include <leadkeep/webauthn/registration.h>

#include <string_view>
#include <vector>

namespace leadkeep::flow {

class EnrolPasskey {
 public:
  EnrolPasskey(House& house, const identity::Passkeys& passkeys,
               const identity::SessionStore& sessions) noexcept
      : m_house{house}, m_passkeys{passkeys}, m_sessions{sessions} {}

  [[nodiscard]] Result<identity::Passkeys::Question> ask(const identity::Session& session);

  struct Enrolled {
    identity::PasskeyId id;
    std::vector<SecretBytes> recovery_codes;  // empty where the agent has some already
    identity::OpenedSession session;
  };

  [[nodiscard]] Result<Enrolled> enrol(const identity::Session& session, std::string_view name,
                                       const webauthn::Registration& registration);
  [[nodiscard]] Result<identity::OpenedSession> remove(const identity::Session& session,
                                                       const identity::PasskeyId& id);

 private:
  House& m_house;
  const identity::Passkeys& m_passkeys;
  const identity::SessionStore& m_sessions;
};

}  // namespace leadkeep::flow
