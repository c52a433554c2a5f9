#include "acting.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/log_in.h>

namespace leadkeep::flow {

Result<identity::OpenedSession> LogIn::log_in(const identity::LoginAttempt& attempt) {
  const Timestamp now = m_house.clock.now();
  const std::string account = identity::normalise_username(attempt.username);
  // 1. Guessing is refused before anything is looked at.
  if (auto admitted = m_throttle.admit(account, attempt.source, now); !admitted) {
    m_refuse.record_log_in(std::nullopt, "throttled");
    return Fail{std::move(admitted).error()};
  }
  // 2. The directory proves who it is. The trail learns why not; the caller does not.
  identity::RefusedProof refused;
  auto proven = m_directory.prove(attempt, refused);
  if (!proven) {
    m_refuse.record_log_in(refused.account, refused.cause);
    return Fail{std::move(proven).error()};
  }
  m_throttle.succeeded(account, attempt.source);
  // 3. A session, its audit entry in the same transaction, and one for each that had to make room.
  SecretBytes token = identity::SessionStore::new_token();
  const auto session_id = crypto::new_id<identity::SessionId>(now);
  const audit::Entry entry =
      entry_by(identity::Actor{proven.value().agent(), session_id}, audit::Act::kLogIn);
  const auto open = [&](store::WriteTxn& txn, audit::Entry&) -> Result<identity::Session> {
    LK_TRY(auto opened, m_sessions.open(txn, proven.value(), token, session_id, now));
    for (const identity::SessionId& id : opened.ended) {
      audit::Entry end = entry_by(identity::Actor{proven.value().agent(), id}, audit::Act::kLogOut);
      end.reason = "session_limit";
      LK_TRY_VOID(audit::append(txn, end, now));
    }
    return std::move(opened.session);
  };
  LK_TRY(identity::Session session, act(m_house, entry, open));
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
