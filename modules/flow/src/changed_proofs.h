// What every change of what an agent signs in with ends with: all sessions end, and one that knows
// of the change is opened in place of the one that made it.
#pragma once
#include "acting.h"

#include <leadkeep/identity/session.h>

namespace leadkeep::flow {

[[nodiscard]] inline audit::Entry entry_of(const identity::Session& session, audit::Act act) {
  return entry_by(identity::actor_of(session), act, audit::object_of(session.agent()));
}

// What the agent may not do is on record as well.
[[nodiscard]] inline Fail refused(House& house, const identity::Session& session, audit::Act act,
                                  Error error) {
  if (is_refusal(error.code)) {
    record_refusal(house, entry_of(session, act), name_of(error.code));
  }
  return Fail{std::move(error)};
}

[[nodiscard]] inline Result<identity::Session> with_entries(store::WriteTxn& txn,
                                                            const identity::Session& session,
                                                            identity::SessionStore::Opened opened,
                                                            audit::Act act, std::string_view reason,
                                                            Timestamp now) {
  LK_TRY_VOID(audit::append(txn, entry_of(session, act), now));
  LK_TRY_VOID(append_ends(txn, session.agent(), session.agent(), opened.ended, reason, now));
  audit::Entry log_in = entry_by(identity::actor_of(opened.session), audit::Act::kLogIn);
  log_in.reason = std::string{name_of(opened.session.assurance())};
  LK_TRY_VOID(audit::append(txn, log_in, now));
  return std::move(opened.session);
}

[[nodiscard]] inline Result<identity::Session> reopen(
    store::WriteTxn& txn, const identity::SessionStore& sessions, const identity::Session& session,
    const identity::Admission& admission, const identity::SessionStart& start, audit::Act act,
    std::string_view reason, Timestamp now) {
  LK_TRY(auto opened, sessions.replace_all(txn, session, admission, start, now));
  return with_entries(txn, session, std::move(opened), act, reason, now);
}

}  // namespace leadkeep::flow
