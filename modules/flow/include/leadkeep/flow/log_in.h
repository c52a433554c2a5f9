// leadkeep/flow/log_in.h — the path of a log-in and of every request after it
//
//   LoginAttempt ─ throttle ─ directory ─ ProvenIdentity ─ Session ─ audit       (log_in)
//   token ─ Session                                                     (session_of, resume)
//
// Errors   kUnauthenticated   one answer for every cause; the audit trail knows it
//          kTooManyRequests   throttled, before anything is looked at
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/refuse.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/login_throttle.h>
#include <leadkeep/identity/session.h>

namespace leadkeep::flow {

class LogIn {
 public:
  LogIn(House& house, identity::LocalDirectory& directory, identity::SessionStore& sessions,
        identity::LoginThrottle& throttle, Refuse& refuse) noexcept
      : m_house{house},
        m_directory{directory},
        m_sessions{sessions},
        m_throttle{throttle},
        m_refuse{refuse} {}

  [[nodiscard]] Result<identity::OpenedSession> log_in(const identity::LoginAttempt& attempt);
  // The session of a token, without counting as use of it: an open event stream keeps nobody in.
  [[nodiscard]] Result<identity::Session> session_of(ByteView token);
  // The session of a token that an agent uses now, which is then not idle.
  [[nodiscard]] Result<identity::Session> resume(ByteView token);
  [[nodiscard]] Result<void> log_out(const identity::Session& session);

 private:
  House& m_house;
  identity::LocalDirectory& m_directory;
  identity::SessionStore& m_sessions;
  identity::LoginThrottle& m_throttle;
  Refuse& m_refuse;
};

}  // namespace leadkeep::flow
