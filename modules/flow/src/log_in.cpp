#include "acting.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/log_in.h>

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

void LogIn::forget_failures(const std::string& account, const std::string& source,
                            const Proof& proof) {
  m_throttle.succeeded(account, source);
  if (const auto* proven = std::get_if<identity::ProvenPerson>(&proof)) {
    m_throttle.person_succeeded(as_text(proven->person().id));
  }
}

Result<identity::OpenedSession> LogIn::log_in(const identity::LoginAttempt& attempt) {
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
  forget_failures(account, attempt.source, proof.value());
  // 3. A session, its audit entry in the same transaction, and one for each that had to make room.
  SecretBytes token = identity::SessionStore::new_token();
  const auto session_id = crypto::new_id<identity::SessionId>(now);
  const auto fresh_agent = crypto::new_id<AgentId>(now);
  const auto open = [&](store::WriteTxn& txn, audit::Entry& entry) -> Result<identity::Session> {
    LK_TRY(const identity::ProvenIdentity who, agent_of(txn, proof.value(), fresh_agent, now));
    entry = entry_by(identity::Actor{who.agent(), session_id}, audit::Act::kLogIn);
    LK_TRY(auto opened, m_sessions.open(txn, who, token, session_id, now));
    for (const identity::SessionId& id : opened.ended) {
      audit::Entry end = entry_by(identity::Actor{who.agent(), id}, audit::Act::kLogOut);
      end.reason = "session_limit";
      LK_TRY_VOID(audit::append(txn, end, now));
    }
    return std::move(opened.session);
  };
  LK_TRY(identity::Session session, act(m_house, entry_by(std::nullopt, audit::Act::kLogIn), open));
  LK_SEEDED_LEAK(token_in_log, seeded::say(as_text(token.expose())));
  m_house.metrics.log_ins.add();
  return identity::OpenedSession{std::move(token), std::move(session)};
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
