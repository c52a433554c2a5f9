// leadkeep/flow/log_in.h — the path of a log-in and of every request after it
//
//   LoginAttempt ─ throttle ─ directory ─ ProvenPerson ─ agent ┐
//                           └ local list ────────────────────── ProvenIdentity ─┐
//                              second factor ─ Admission ─ Session ─ audit  ────┘   (log_in)
//   token ─ Session                                                     (session_of, resume)
//   session + the same proofs again ─ a new Session with a fresh proof  (step_up)
//
// Errors   kUnauthenticated   one answer for every cause, and none sooner than `refusal_takes`; the
//                             audit trail knows the cause
//          kProofRefused      the same for a step-up: the session goes on
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
#include <functional>
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
  // Who is signed in proves again who acts; the user name of `attempt` is that of the session. The
  // token before is void.
  [[nodiscard]] Result<identity::OpenedSession> step_up(const identity::Session& session,
                                                        identity::LoginAttempt attempt);
  // The session of a token, without counting as use of it: an open event stream keeps nobody in.
  [[nodiscard]] Result<identity::Session> session_of(ByteView token);
  // The session of a token that an agent uses now, which is then not idle.
  [[nodiscard]] Result<identity::Session> resume(ByteView token);
  [[nodiscard]] Result<void> log_out(const identity::Session& session);

 private:
  // Why the log-in is refused, and whose account it was about.
  using Refused = identity::RefusedProof;
  using Outcome = std::variant<identity::Session, Refused>;
  using Admit = std::function<Result<Outcome>(store::WriteTxn&, const identity::ProvenIdentity&)>;

  // `refused` is filled in when they fail.
  [[nodiscard]] Result<identity::Session> let_in(const identity::LoginAttempt& attempt,
                                                 const Admit& admit, Refused& refused);
  [[nodiscard]] Result<Proof> prove(const identity::LoginAttempt& attempt, Refused& refused);
  [[nodiscard]] Result<Proof> prove_with(identity::LocalDirectory& list,
                                         const identity::LoginAttempt& attempt, Refused& refused);
  [[nodiscard]] Result<Proof> prove_with(identity::CorporateDirectory& directory,
                                         const identity::LoginAttempt& attempt, Refused& refused);
  // The second factor of somebody proven; the session is what `open` makes of the admission.
  using Open = std::function<Result<identity::Session>(const identity::Admission&)>;
  [[nodiscard]] Result<Outcome> admit(store::WriteTxn& txn, const identity::ProvenIdentity& who,
                                      const identity::LoginAttempt& attempt, Timestamp now,
                                      const Open& open) const;

  House& m_house;
  Prover m_prover;
  const identity::SecondFactors& m_second_factors;
  const identity::SessionStore& m_sessions;
  identity::LoginThrottle& m_throttle;
  Refuse& m_refuse;
  const std::chrono::milliseconds m_refusal_takes;
};

}  // namespace leadkeep::flow
