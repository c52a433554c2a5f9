#include "acting.h"
#include "guessed_factor.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/log_in.h>

#include <thread>

namespace leadkeep::flow {
namespace {

struct RefusedFactor {
  AgentId account;
  identity::FactorRefusal refusal;
};

using LetIn = std::variant<identity::Session, RefusedFactor>;

// The agent of a proof. A person whom the directory has proven becomes one here, or is found again.
Result<identity::ProvenIdentity> agent_of(store::WriteTxn& txn, const Proof& proof,
                                          const AgentId& fresh, Timestamp now) {
  if (const auto* known = std::get_if<identity::ProvenIdentity>(&proof)) {
    return *known;
  }
  return identity::DirectoryAgents{}.admit(txn, std::get<identity::ProvenPerson>(proof), fresh,
                                           now);
}

}  // namespace

Result<Proof> LogIn::prove_with(identity::LocalDirectory& list,
                                const identity::LoginAttempt& attempt) {
  identity::RefusedProof refused;
  auto proven = list.prove(attempt, refused);
  if (!proven) {
    m_refuse.record_log_in(refused.account, refused.cause);
    return Fail{std::move(proven).error()};
  }
  return Proof{proven.value()};
}

Result<Proof> LogIn::prove_with(identity::CorporateDirectory& directory,
                                const identity::LoginAttempt& attempt) {
  std::string_view cause;
  std::optional<identity::DirectoryId> admitted;
  const auto gate = [&](const identity::DirectoryId& id) -> Result<void> {
    LK_TRY_VOID(m_throttle.admit_person(as_text(id), m_house.clock.now()));
    admitted = id;
    return {};
  };
  auto proven = directory.prove(attempt, gate, cause);
  if (!proven) {
    if (admitted && proven.error().code == Errc::kUnavailable) {
      m_throttle.person_undecided(as_text(*admitted));
    }
    m_refuse.record_log_in(std::nullopt, cause);
    return Fail{std::move(proven).error()};
  }
  return Proof{std::move(proven).value()};
}

Result<Proof> LogIn::prove(const identity::LoginAttempt& attempt) {
  return std::visit([&](auto* prover) { return prove_with(*prover, attempt); }, m_prover);
}

Result<identity::OpenedSession> LogIn::log_in(const identity::LoginAttempt& attempt) {
  const auto begin = std::chrono::steady_clock::now();
  auto opened = let_in(attempt);
  if (!opened && opened.error().code == Errc::kUnauthenticated) {
    // A wrong password takes as long as a right one without its second factor.
    std::this_thread::sleep_until(begin + m_refusal_takes);
  }
  return opened;
}

Result<identity::OpenedSession> LogIn::let_in(const identity::LoginAttempt& attempt) {
  const Timestamp now = m_house.clock.now();
  const std::string account = identity::normalise_username(attempt.username);
  // 1. Guessing is refused before anything is looked at.
  if (auto admitted = m_throttle.admit(account, attempt.source, now); !admitted) {
    m_refuse.record_log_in(std::nullopt, "throttled");
    return Fail{std::move(admitted).error()};
  }
  // 2. The directory or the local list proves who it is. The trail learns why not; the caller does
  // not. An outage counts against nobody.
  auto proof = prove(attempt);
  if (!proof) {
    if (proof.error().code == Errc::kUnavailable) {
      m_throttle.undecided(account, attempt.source);
    }
    return Fail{std::move(proof).error()};
  }
  if (const auto* person = std::get_if<identity::ProvenPerson>(&proof.value())) {
    m_throttle.person_succeeded(as_text(person->person().id));
  }
  // 3. The second factor, a session, its audit entry and one for each session that had to make room,
  // in one transaction: a code that opened a session opens no other one.
  SecretBytes token = identity::SessionStore::new_token();
  const auto session_id = crypto::new_id<identity::SessionId>(now);
  const auto fresh_agent = crypto::new_id<AgentId>(now);
  auto let_in = m_house.store.write([&](store::WriteTxn& txn) -> Result<LetIn> {
    LK_TRY(const auto who, agent_of(txn, proof.value(), fresh_agent, now));
    LK_TRY(const auto decision, m_second_factors.admit(txn, who, attempt.second_factor, now));
    if (const auto* refusal = std::get_if<identity::FactorRefusal>(&decision)) {
      return LetIn{RefusedFactor{who.agent(), *refusal}};
    }
    const auto& admission = std::get<identity::Admission>(decision);
    LK_TRY(auto opened, m_sessions.open(txn, admission, token, session_id, now));
    audit::Entry entry = entry_by(identity::Actor{who.agent(), session_id}, audit::Act::kLogIn);
    entry.reason = std::string{name_of(admission.assurance())};
    LK_TRY_VOID(audit::append(txn, entry, now));
    LK_TRY_VOID(append_ends(txn, who.agent(), who.agent(), opened.ended, "session_limit", now));
    return LetIn{std::move(opened.session)};
  });
  if (!let_in) {
    if (let_in.error().code == Errc::kUnauthenticated) {
      m_refuse.record_log_in(std::nullopt, "disabled_agent");
    }
    return Fail{std::move(let_in).error()};
  }
  if (const auto* refused = std::get_if<RefusedFactor>(&let_in.value())) {
    m_refuse.record_log_in(refused->account, name_of(refused->refusal));
    warn_if_guessed(refused->account, refused->refusal);
    return fail(Errc::kUnauthenticated, "log-in: refused");
  }
  m_throttle.succeeded(account, attempt.source);
  LK_SEEDED_LEAK(token_in_log, seeded::say(as_text(token.expose())));
  m_house.metrics.log_ins.add();
  return identity::OpenedSession{std::move(token),
                                 std::get<identity::Session>(std::move(let_in).value())};
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
