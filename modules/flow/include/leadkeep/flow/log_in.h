// leadkeep/flow/log_in.h — the path of a log-in and of every request after it
//
//   LoginAttempt ─ throttle ─ directory ─ ProvenPerson ─ agent ┐
//                           │  local list ────────────────────── ProvenIdentity ─ second factor ┐
//                           │  identity provider's answer ─ directory, where there is one ┘         │
//                           └ passkey ─ directory, where the agent is of it ─ ProvenPasskey ──────┤
//                                               audit ─ Session ─ Admission ──────────────────────┘
//   a browser's device ─ in place of the second factor; its secret is replaced ──────┘
//   what a request shows ─ Session                                      (session_of, resume)
//   session + the same proofs again ─ a new Session with a fresh proof  (step_up)
//   a question for the browser, before a passkey can answer             (ask_for_passkey)
//   a code by e-mail, for an agent who has no second factor             (ask_for_email_code)
//
// Errors   kUnauthenticated   one answer for every cause, and none sooner than `refusal_takes`; the
//                             audit trail knows the cause
//          kProofRefused      the same for a step-up: the session goes on
//          kTooManyRequests   throttled, before anything is looked at
//          kUnavailable       the directory gave no answer; it counts against nobody
//          kNotFound          the operator has set no mail.relay (ask_for_email_code)
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/refuse.h>
#include <leadkeep/identity/corporate_directory.h>
#include <leadkeep/identity/directory_agents.h>
#include <leadkeep/identity/email_codes.h>
#include <leadkeep/identity/federated_agents.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/login_throttle.h>
#include <leadkeep/identity/passkeys.h>
#include <leadkeep/identity/recognised_devices.h>
#include <leadkeep/identity/second_factors.h>
#include <leadkeep/identity/session.h>
#include <leadkeep/webauthn/assertion.h>

#include <chrono>
#include <functional>
#include <string>
#include <variant>

namespace leadkeep::mail {
class Mailer;
}

namespace leadkeep::flow {

// Who proves a password: the company's directory where there is one, and then nobody else.
using Prover = std::variant<identity::LocalDirectory*, identity::CorporateDirectory*>;

// With what the directory says of the agent, where the agent is of it: a passkey outlives no job.
struct PasskeyProof {
  identity::ProvenPasskey passkey;
  std::optional<identity::DirectoryPerson> person;
};

// The same for what an identity provider has answered.
struct SignOnProof {
  identity::FederatedProof answer;
  std::optional<identity::DirectoryPerson> person;
};

// What came of it.
using Proof =
    std::variant<identity::ProvenIdentity, identity::ProvenPerson, PasskeyProof, SignOnProof>;

// What an agent shows beside a password, or in place of it.
struct Factors {
  const identity::SecondFactors& second;
  const identity::Passkeys& passkeys;
  const identity::RecognisedDevices& devices;
  const identity::EmailCodes& email_codes;
  const identity::SignOnAnswers& answers;
};

// What a code that is sent by e-mail will belong to.
struct EmailQuestion {
  SecretBytes transaction;  // text
  std::chrono::minutes life;
};

class LogIn {
 public:
  // `mailer` is nullptr where the operator has set no relay.
  LogIn(House& house, Prover prover, const Factors& factors, const identity::SessionStore& sessions,
        identity::LoginThrottle& throttle, Refuse& refuse, mail::Mailer* mailer,
        std::chrono::milliseconds refusal_takes) noexcept
      : m_house{house},
        m_prover{prover},
        m_factors{factors},
        m_sessions{sessions},
        m_throttle{throttle},
        m_refuse{refuse},
        m_mailer{mailer},
        m_refusal_takes{refusal_takes} {}

  [[nodiscard]] Result<identity::OpenedSession> log_in(const identity::LoginAttempt& attempt);
  // The answer is the same, and as late, whether a code is sent or not; an error says that the
  // directory or the store gives none.
  [[nodiscard]] Result<EmailQuestion> ask_for_email_code(const identity::LoginAttempt& attempt);
  // For a log-in, or for a step-up of this session.
  [[nodiscard]] Result<identity::Passkeys::Question> ask_for_passkey();
  [[nodiscard]] Result<identity::Passkeys::Question> ask_for_passkey(
      const identity::Session& session);
  // Who is signed in proves again who acts; the user name of `attempt` is that of the session. The
  // token before is void.
  [[nodiscard]] Result<identity::OpenedSession> step_up(const identity::Session& session,
                                                        identity::LoginAttempt attempt);
  // Without counting as use: an open event stream keeps nobody in.
  [[nodiscard]] Result<identity::Session> session_of(const identity::ShownSession& shown);
  // Whether an agent asks, or a program that goes on by itself and keeps nobody signed in.
  enum class Use : std::uint8_t { kByAgent, kByItself };

  // Of an agent who uses it now, and then it is not idle. A token of a browser that is shown with
  // another key, or with none, has been taken out of it: the session ends.
  [[nodiscard]] Result<identity::Session> resume(const identity::ShownSession& shown,
                                                 Use use = Use::kByAgent);
  [[nodiscard]] Result<void> log_out(const identity::Session& session);

 private:
  // Why the log-in is refused, and whose account it was about.
  using Refused = identity::RefusedProof;
  using Outcome = std::variant<identity::Session, Refused>;
  using Open =
      std::function<Result<Outcome>(store::WriteTxn&, const identity::Admission&, const Proof&)>;

  // What is made before the transaction, so that a body that runs twice gives it once.
  struct Fresh {
    AgentId agent;                // of a person who has none yet
    SecretBytes device_secret;    // text
    bool secret_is_used = false;  // it has replaced that of the device
    Timestamp device_ends_at{};
  };

  // `session` is the one to step up, if any. `refused` is filled in when they fail.
  [[nodiscard]] Result<identity::Session> let_in(const identity::LoginAttempt& attempt,
                                                 const std::optional<identity::SessionId>& session,
                                                 const Open& open, Fresh& fresh, Refused& refused);
  [[nodiscard]] Result<Proof> prove(const identity::LoginAttempt& attempt,
                                    const std::optional<identity::SessionId>& session,
                                    Refused& refused);
  [[nodiscard]] Result<Proof> prove_with(identity::LocalDirectory& list,
                                         const identity::LoginAttempt& attempt, Refused& refused);
  [[nodiscard]] Result<Proof> prove_with(identity::CorporateDirectory& directory,
                                         const identity::LoginAttempt& attempt, Refused& refused);
  [[nodiscard]] Result<Proof> prove_with_passkey(const webauthn::Assertion& assertion,
                                                 const std::optional<identity::SessionId>& session,
                                                 Refused& refused);
  [[nodiscard]] Result<Proof> prove_with_answer(const identity::SignOnRequest& request,
                                                const std::optional<identity::SessionId>& session,
                                                Refused& refused);
  // What the directory says of somebody who was proven elsewhere, and who may come in by its word.
  [[nodiscard]] Result<identity::DirectoryPerson> look_up(const identity::DirectoryId& id,
                                                          const std::optional<AgentId>& agent,
                                                          Refused& refused);
  using Decided = std::variant<identity::Admission, Refused>;

  // The second factor of somebody proven, or what stands in for it.
  [[nodiscard]] Result<Decided> admit(store::WriteTxn& txn, const Proof& proof,
                                      const identity::LoginAttempt& attempt, Fresh& fresh,
                                      Timestamp now) const;
  [[nodiscard]] Result<Decided> admit_by_passkey(store::WriteTxn& txn, const PasskeyProof& proof,
                                                 Timestamp now) const;
  // Nothing for a device that does not count.
  [[nodiscard]] Result<std::optional<Decided>> admit_by_device(store::WriteTxn& txn,
                                                               const identity::ProvenIdentity& who,
                                                               const identity::ShownDevice& shown,
                                                               Fresh& fresh, Timestamp now) const;
  // The session that was in the browser's cookie: the new one takes its place.
  [[nodiscard]] Result<void> close_before(store::WriteTxn& txn,
                                          const identity::LoginAttempt& attempt, const AgentId& by,
                                          Timestamp now) const;
  void end_elsewhere(const identity::ShownSession& shown);
  [[nodiscard]] Result<void> send_email_code(const identity::LoginAttempt& attempt,
                                             const identity::EmailCodes::Draft& draft,
                                             Refused& refused);
  [[nodiscard]] Result<void> admit_attempt(const std::string& account, const std::string& source);
  // For the trail, of what the transaction said.
  [[nodiscard]] static std::string_view cause_of(Errc code) noexcept;

  House& m_house;
  Prover m_prover;
  const Factors m_factors;
  const identity::SessionStore& m_sessions;
  identity::LoginThrottle& m_throttle;
  Refuse& m_refuse;
  mail::Mailer* const m_mailer;
  const std::chrono::milliseconds m_refusal_takes;
};

}  // namespace leadkeep::flow
