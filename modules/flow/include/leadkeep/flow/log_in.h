// leadkeep/flow/log_in.h — the path of a log-in and of every request after it
//
//   LoginAttempt ─ throttle ─ directory ─ ProvenPerson ─ agent ┐
//                           └ local list ────────────────────── ProvenIdentity ─┐
//                              second factor ─ Admission ─ Session ─ audit  ────┘   (log_in)
//   token ─ Session                                                     (session_of, resume)
//
// Errors   kUnauthenticated   one answer for every cause, and none sooner than `refusal_takes`; the
//                             audit trail knows the cause
//          kTooManyRequests   throttled, before anything is looked at
//          kUnavailable       the directory gave no answer; it counts against nobody
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/refuse.h>
#include <leadkeep/identity/corporate_directory.h>
#include <leadkeep/identity/directory_agents.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/login_throttle.h>
#include <leadkeep/identity/second_factors.h>
#include <leadkeep/identity/session.h>

#include <chrono>
#include <string>
#include <variant>

namespace leadkeep::flow {

// Who proves a password: the company's directory where there is one, and then nobody else.
using Prover = std::variant<identity::LocalDirectory*, identity::CorporateDirectory*>;

// What came of it.
using Proof = std::variant<identity::ProvenIdentity, identity::ProvenPerson>;

class LogIn {
 public:
  LogIn(House& house, Prover prover, const identity::SecondFactors& second_factors,
        const identity::SessionStore& sessions, identity::LoginThrottle& throttle, Refuse& refuse,
        std::chrono::milliseconds refusal_takes) noexcept
      : m_house{house},
        m_prover{prover},
        m_second_factors{second_factors},
        m_sessions{sessions},
        m_throttle{throttle},
        m_refuse{refuse},
        m_refusal_takes{refusal_takes} {}

  [[nodiscard]] Result<identity::OpenedSession> log_in(const identity::LoginAttempt& attempt);
  // The session of a token, without counting as use of it: an open event stream keeps nobody in.
  [[nodiscard]] Result<identity::Session> session_of(ByteView token);
  // The session of a token that an agent uses now, which is then not idle.
  [[nodiscard]] Result<identity::Session> resume(ByteView token);
  [[nodiscard]] Result<void> log_out(const identity::Session& session);

 private:
  [[nodiscard]] Result<identity::OpenedSession> let_in(const identity::LoginAttempt& attempt);
  [[nodiscard]] Result<Proof> prove(const identity::LoginAttempt& attempt);
  [[nodiscard]] Result<Proof> prove_with(identity::LocalDirectory& list,
                                         const identity::LoginAttempt& attempt);
  [[nodiscard]] Result<Proof> prove_with(identity::CorporateDirectory& directory,
                                         const identity::LoginAttempt& attempt);

  House& m_house;
  Prover m_prover;
  const identity::SecondFactors& m_second_factors;
  const identity::SessionStore& m_sessions;
  identity::LoginThrottle& m_throttle;
  Refuse& m_refuse;
  const std::chrono::milliseconds m_refusal_takes;
};

}  // namespace leadkeep::flow
