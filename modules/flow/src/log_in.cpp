#include "acting.h"
#include "guessed_factor.h"
#include "refusal_time.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/log_in.h>
#include <leadkeep/identity/log_in_history.h>

namespace leadkeep::flow {
namespace {

// The agent of a proof. A person whom the directory has proven becomes one here, or is found again.
Result<identity::ProvenIdentity> agent_of(store::WriteTxn& txn, const Proof& proof,
                                          const AgentId& fresh, Timestamp now) {
  if (const auto* known = std::get_if<identity::ProvenIdentity>(&proof)) {
    return *known;
  }
  return identity::DirectoryAgents{}.admit(txn, std::get<identity::ProvenPerson>(proof), fresh,
                                           now);
}

// In the trail and in what the agent sees.
Result<void> append_log_in(store::WriteTxn& txn, const identity::Admission& admission,
                           const identity::SessionStart& start, Timestamp now) {
  audit::Entry entry = entry_by(identity::Actor{admission.agent(), start.id}, audit::Act::kLogIn);
  entry.reason = std::string{name_of(admission.assurance())};
  LK_TRY_VOID(audit::append(txn, entry, now));
  return identity::LogInHistory::add(
      txn, admission.agent(),
      {now, identity::PastLogIn::Outcome::kLetIn, entry.reason, start.source});
}

}  // namespace

Result<Proof> LogIn::prove_with(identity::LocalDirectory& list,
                                const identity::LoginAttempt& attempt, Refused& refused) {
  LK_TRY(const auto proven, list.prove(attempt, refused));
  return Proof{proven};
}

Result<Proof> LogIn::prove_with(identity::CorporateDirectory& directory,
                                const identity::LoginAttempt& attempt, Refused& refused) {
  std::optional<identity::DirectoryId> admitted;
  const auto gate = [&](const identity::DirectoryId& id) -> Result<void> {
    LK_TRY_VOID(m_throttle.admit_person(as_text(id), m_house.clock.now()));
    admitted = id;
    return {};
  };
  auto proven = directory.prove(attempt, gate, refused.cause);
  if (proven) {
    m_throttle.person_succeeded(as_text(proven.value().person().id));
    return Proof{std::move(proven).value()};
  }
  if (admitted && proven.error().code == Errc::kUnavailable) {
    m_throttle.person_undecided(as_text(*admitted));
  } else if (admitted) {
    LK_TRY(refused.account, m_house.store.read([&](store::ReadTxn& txn) {
      return identity::DirectoryAgents{}.find(txn, *admitted);
    }));
  }
  return Fail{std::move(proven).error()};
}

Result<Proof> LogIn::prove(const identity::LoginAttempt& attempt, Refused& refused) {
  return std::visit([&](auto* prover) { return prove_with(*prover, attempt, refused); }, m_prover);
}

Result<LogIn::Outcome> LogIn::admit(store::WriteTxn& txn, const identity::ProvenIdentity& who,
                                    const identity::LoginAttempt& attempt, Timestamp now,
                                    const Open& open) const {
  LK_TRY(const auto decision, m_second_factors.admit(txn, who, attempt.second_factor, now));
  if (const auto* refusal = std::get_if<identity::FactorRefusal>(&decision)) {
    return Outcome{Refused{name_of(*refusal), who.agent()}};
  }
  LK_TRY(auto session, open(std::get<identity::Admission>(decision)));
  return Outcome{std::move(session)};
}

// 1. The directory or the local list proves who it is. The trail learns why not; the caller does
// not. 2. The second factor and the session, in one transaction: a code that opened a session opens
// no other one.
Result<identity::Session> LogIn::let_in(const identity::LoginAttempt& attempt, const Admit& admit,
                                        Refused& refused) {
  const Timestamp now = m_house.clock.now();
  LK_TRY(const Proof proof, prove(attempt, refused));
  const auto fresh_agent = crypto::new_id<AgentId>(now);
  auto outcome = m_house.store.write([&](store::WriteTxn& txn) -> Result<Outcome> {
    LK_TRY(const auto who, agent_of(txn, proof, fresh_agent, now));
    return admit(txn, who);
  });
  if (!outcome) {
    const Errc code = outcome.error().code;
    refused.cause = code == Errc::kUnauthenticated ? "not_admitted" : name_of(code);
    if (const auto* known = std::get_if<identity::ProvenIdentity>(&proof)) {
      refused.account = known->agent();
    }
    return Fail{std::move(outcome).error()};
  }
  if (const auto* failed = std::get_if<Refused>(&outcome.value())) {
    refused = *failed;
    warn_if_guessed(refused);
    return fail(Errc::kUnauthenticated, "log-in: refused");
  }
  return std::get<identity::Session>(std::move(outcome).value());
}

Result<identity::OpenedSession> LogIn::log_in(const identity::LoginAttempt& attempt) {
  const auto begin = std::chrono::steady_clock::now();
  const Timestamp now = m_house.clock.now();
  auto start = identity::SessionStart::draw(attempt.source, now);
  const auto admit_and_open = [&](store::WriteTxn& txn, const identity::ProvenIdentity& who) {
    return admit(txn, who, attempt, now,
                 [&](const identity::Admission& admission) -> Result<identity::Session> {
                   LK_TRY(auto opened, m_sessions.open(txn, admission, start, now));
                   LK_TRY_VOID(append_log_in(txn, admission, start, now));
                   LK_TRY_VOID(append_ends(txn, who.agent(), who.agent(), opened.ended,
                                           "session_limit", now));
                   return std::move(opened.session);
                 });
  };
  Refused refused;
  const std::string account = identity::normalise_username(attempt.username);
  // Guessing is refused before anything is looked at; an outage counts against nobody.
  auto throttled = m_throttle.admit(account, attempt.source, now);
  if (!throttled) {
    m_refuse.record_log_in(std::nullopt, "throttled", attempt.source);
    return Fail{std::move(throttled).error()};
  }
  auto session = let_in(attempt, admit_and_open, refused);
  if (!session) {
    if (session.error().code == Errc::kUnavailable) {
      m_throttle.undecided(account, attempt.source);
    }
    m_refuse.record_log_in(refused.account, refused.cause, attempt.source);
    wait_after_refusal(begin, m_refusal_takes, session.error().code);
    return Fail{std::move(session).error()};
  }
  m_throttle.succeeded(account, attempt.source);
  LK_SEEDED_LEAK(token_in_log, seeded::say(as_text(start.token.expose())));
  m_house.metrics.log_ins.add();
  return identity::OpenedSession{std::move(start.token), std::move(session).value()};
}

Result<identity::OpenedSession> LogIn::step_up(const identity::Session& session,
                                               identity::LoginAttempt attempt) {
  const auto begin = std::chrono::steady_clock::now();
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry =
      entry_by(identity::Actor{session.agent(), session.id()}, audit::Act::kStepUp);
  if (session.assurance() == identity::Assurance::kEnrolmentOnly) {
    record_refusal(m_house, entry, name_of(Errc::kSecondFactorRequired));
    return fail(Errc::kSecondFactorRequired, "step-up: no second factor yet");
  }
  if (auto throttled = m_throttle.admit_step_up(session.agent().raw(), now); !throttled) {
    record_refusal(m_house, entry, "throttled");
    return Fail{std::move(throttled).error()};
  }
  attempt.username = session.username();
  auto start = identity::SessionStart::draw(attempt.source, now);
  const auto admit_and_replace = [&](store::WriteTxn& txn,
                                     const identity::ProvenIdentity& who) -> Result<Outcome> {
    if (who.agent() != session.agent()) {
      return Outcome{Refused{"another_agent", who.agent()}};
    }
    return admit(txn, who, attempt, now,
                 [&](const identity::Admission& admission) -> Result<identity::Session> {
                   if (admission.assurance() == identity::Assurance::kEnrolmentOnly) {
                     return fail(Errc::kUnauthenticated, "step-up: the agent has to enrol first");
                   }
                   LK_TRY(auto opened, m_sessions.replace(txn, session, admission, start, now));
                   audit::Entry done = entry;
                   done.object = {audit::ObjectKind::kSession, to_ulid(start.id)};
                   LK_TRY_VOID(audit::append(txn, done, now));
                   LK_TRY_VOID(append_ends(txn, who.agent(), who.agent(), opened.ended,
                                           "session_limit", now));
                   return std::move(opened.session);
                 });
  };
  Refused refused;
  auto renewed = let_in(attempt, admit_and_replace, refused);
  if (renewed || renewed.error().code == Errc::kUnavailable) {
    m_throttle.step_up_decided(session.agent().raw());
  }
  if (!renewed) {
    record_refusal(m_house, entry, refused.cause);
    wait_after_refusal(begin, m_refusal_takes, renewed.error().code);
    return renewed.error().code == Errc::kUnauthenticated
               ? fail(Errc::kProofRefused, "step-up: refused")
               : Fail{std::move(renewed).error()};
  }
  return identity::OpenedSession{std::move(start.token), std::move(renewed).value()};
}

Result<identity::Session> LogIn::session_of(ByteView token) {
  return m_house.store.read(
      [&](store::ReadTxn& txn) { return m_sessions.find(txn, token, m_house.clock.now()); });
}

Result<identity::Session> LogIn::resume(ByteView token) {
  LK_TRY(identity::Session session, session_of(token));
  if (identity::SessionStore::touch_due(session) == identity::SessionStore::Touch::kDue) {
    LK_TRY_VOID(m_house.store.write(
        [&](store::WriteTxn& txn) { return m_sessions.touch(txn, session, m_house.clock.now()); }));
  }
  return session;
}

Result<void> LogIn::log_out(const identity::Session& session) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry =
      entry_by(identity::Actor{session.agent(), session.id()}, audit::Act::kLogOut);
  return m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(m_sessions.close(txn, session));
    return audit::append(txn, entry, now);
  });
}

}  // namespace leadkeep::flow
