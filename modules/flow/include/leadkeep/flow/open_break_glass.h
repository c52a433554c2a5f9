// leadkeep/flow/open_break_glass.h — the path of an emergency: a code, a session, and everybody hears
//
//   operator of the host (root) ─ code ─ session of 15 minutes, which manages agents and sees nobody
//
// The directory, the network to it and the second factors of all administrators may be gone: this
// works without them. It is on record, in the log and in the metrics, when a code is drawn and when
// it opens a session.
//
// Errors   kUnauthenticated   one answer for every cause
//          kTooManyRequests   throttled like any log-in
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/log_in.h>
#include <leadkeep/identity/break_glass.h>
#include <leadkeep/identity/login_throttle.h>
#include <leadkeep/identity/session.h>

#include <string>

namespace leadkeep::flow {

class OpenBreakGlass {
 public:
  OpenBreakGlass(House& house, const identity::SessionStore& sessions,
                 identity::LoginThrottle& throttle, Refuse& refuse,
                 std::chrono::milliseconds refusal_takes) noexcept
      : m_house{house},
        m_sessions{sessions},
        m_throttle{throttle},
        m_refuse{refuse},
        m_refusal_takes{refusal_takes} {}

  struct Code {
    SecretBytes code;
    Timestamp ends_at;
  };

  // By the operator of the host only.
  [[nodiscard]] Result<Code> issue();
  [[nodiscard]] Result<identity::OpenedSession> open(const identity::Caller& caller,
                                                     const SecretBytes& code,
                                                     const std::string& source);

 private:
  [[nodiscard]] Result<identity::OpenedSession> let_in(const identity::Caller& caller,
                                                       const SecretBytes& code,
                                                       const std::string& source);

  House& m_house;
  const identity::SessionStore& m_sessions;
  identity::LoginThrottle& m_throttle;
  Refuse& m_refuse;
  const std::chrono::milliseconds m_refusal_takes;
  identity::BreakGlass m_break_glass;
};

}  // namespace leadkeep::flow
