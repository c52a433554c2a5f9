#include "acting.h"
#include "stable_code.h"

#include <leadkeep/flow/delegate_session.h>

namespace leadkeep::flow {
namespace {

Result<void> require_may_delegate(const identity::Session& session, const Delegation& delegation) {
  LK_TRY_VOID(require_more_than_enrolment(session));
  if (session.delegated_for() || session.assurance() == identity::Assurance::kBreakGlass) {
    return fail(Errc::kForbidden, "session: one like this is not given on");
  }
  if (session.proof_age() == identity::ProofAge::kOld) {
    return fail(Errc::kStepUpRequired, "session: prove again who acts");
  }
  if (session.caller().client() == delegation.to) {
    return fail(Errc::kConflict, "session: the client has one already");
  }
  return is_stable_code(delegation.purpose)
             ? Result<void>{}
             : fail(Errc::kInvalidInput, "session: a purpose is 1 to 40 of a-z and _");
}

// Whether it is not there or not approved is for administrators to know.
Result<identity::Caller> caller_of(store::ReadTxn& txn, const clients::Registry& registry,
                                   const ClientId& id, Timestamp now) {
  LK_TRY(const auto verdict, registry.prove_receiver(txn, id, now));
  const auto* client = std::get_if<clients::ProvenClient>(&verdict);
  return client != nullptr ? Result{identity::Caller::of(*client)}
                           : fail(Errc::kNotFound, "session: no such client is approved");
}

}  // namespace

Result<identity::OpenedSession> DelegateSession::delegate(const identity::Session& session,
                                                          const Delegation& delegation) {
  const Timestamp now = m_house.clock.now();
  audit::Entry entry = entry_by(identity::actor_of(session), audit::Act::kSessionDelegated,
                                audit::object_of(delegation.to));
  if (auto may = require_may_delegate(session, delegation); !may) {
    record_refusal(m_house, entry, name_of(may.error().code));
    return Fail{std::move(may).error()};
  }
  entry.reason = delegation.purpose;
  auto start = identity::SessionStart::draw(session, now);
  start.ends_at = now + delegation.life;
  LK_TRY(auto opened,
         act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry&) -> Result<identity::Session> {
           LK_TRY(start.caller, caller_of(txn, m_registry, delegation.to, now));
           LK_TRY(auto given, m_sessions.delegate(txn, session, start, delegation.purpose, now));
           LK_TRY_VOID(append_ends(txn, session.agent(), session.agent(), given.ended,
                                   "too_many_sessions", now));
           audit::Entry log_in = entry_by(identity::actor_of(given.session), audit::Act::kLogIn);
           log_in.reason = "delegated";
           LK_TRY_VOID(audit::append(txn, log_in, now));
           return std::move(given.session);
         }));
  return identity::OpenedSession{std::move(start.token), std::move(opened)};
}

}  // namespace leadkeep::flow
