#include "acting.h"

#include <leadkeep/flow/own_sessions.h>

namespace leadkeep::flow {

Result<std::vector<identity::SessionSummary>> OwnSessions::list(const identity::Session& session) {
  LK_TRY_VOID(require_more_than_enrolment(session));
  return m_house.store.read(
      [&](store::ReadTxn& txn) { return m_sessions.list(txn, session, m_house.clock.now()); });
}

Result<std::vector<identity::PastLogIn>> OwnSessions::log_ins(const identity::Session& session) {
  LK_TRY_VOID(require_more_than_enrolment(session));
  return m_house.store.read(
      [&](store::ReadTxn& txn) { return identity::LogInHistory::list(txn, session.agent()); });
}

Result<void> OwnSessions::end(const identity::Session& session, const identity::SessionId& id) {
  LK_TRY_VOID(require_more_than_enrolment(session));
  const Timestamp now = m_house.clock.now();
  return m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(m_sessions.close_one(txn, session.agent(), id));
    return append_ends(txn, session.agent(), session.agent(), {id}, "signed_out_elsewhere", now);
  });
}

Result<void> OwnSessions::end_all(const identity::Session& session) {
  LK_TRY_VOID(require_more_than_enrolment(session));
  const Timestamp now = m_house.clock.now();
  return m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(end_sessions_of(txn, m_sessions, session.agent(), session.agent(),
                                "signed_out_everywhere", now));
    return {};
  });
}

}  // namespace leadkeep::flow
