// How every changing path runs: the act and its audit entry in one transaction, or, when the act is
// refused, the entry of the refusal in one of its own.
#pragma once
#include "trail_entry.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/session.h>

#include <cstddef>
#include <string>
#include <utility>

namespace leadkeep::flow {

// Refused by a rule, as opposed to "could not be done now".
[[nodiscard]] inline bool is_refusal(Errc code) {
  switch (code) {
    case Errc::kUnavailable:
    case Errc::kCorrupt:
    case Errc::kInternal:
      return false;
    default:
      return true;
  }
}

// Who may only enrol sees and ends nothing of the agent's, and has nothing to prove again.
[[nodiscard]] inline Result<void> require_more_than_enrolment(const identity::Session& session) {
  return session.assurance() == identity::Assurance::kEnrolmentOnly
             ? fail(Errc::kSecondFactorRequired, "session: no second factor yet")
             : Result<void>{};
}

// An entry of its own, where nothing else is written.
[[nodiscard]] inline Result<void> record(House& house, const audit::Entry& entry) {
  const Timestamp now = house.clock.now();
  return house.store.write([&](store::WriteTxn& txn) { return audit::append(txn, entry, now); });
}

// A refusal stands, whether it could be put on record or not.
inline void report_unwritten(const Result<void>& written) {
  if (!written) {
    log_warn("AUDIT_REFUSAL_NOT_WRITTEN", Field{"reason", Reason{written.error()}});
  }
}

inline void record_refusal(House& house, audit::Entry entry, std::string_view reason) {
  entry.outcome = audit::Outcome::kRefused;
  entry.reason = std::string{reason};
  report_unwritten(record(house, entry));
}

// The same, for whoever is told.
[[nodiscard]] inline Fail refuse_on_record(House& house, const audit::Entry& entry,
                                           const Error& error) {
  record_refusal(house, entry, name_of(error.code));
  return Fail{error};
}

// One entry for each session of `agent` that ended without having been signed out.
[[nodiscard]] inline Result<void> append_ends(store::WriteTxn& txn,
                                              const std::optional<AgentId>& actor,
                                              const AgentId& agent,
                                              const std::vector<identity::SessionId>& ended,
                                              std::string_view reason, Timestamp now) {
  for (const identity::SessionId& session : ended) {
    audit::Entry entry = entry_by(std::nullopt, audit::Act::kLogOut, audit::object_of(agent));
    entry.actor = actor;
    entry.session = to_ulid(session);
    entry.reason = std::string{reason};
    LK_TRY_VOID(audit::append(txn, entry, now));
  }
  return {};
}

// All sessions of `agent`, with their entries; how many there were.
[[nodiscard]] inline Result<std::size_t> end_sessions_of(store::WriteTxn& txn,
                                                         const identity::SessionStore& sessions,
                                                         const std::optional<AgentId>& actor,
                                                         const AgentId& agent,
                                                         std::string_view reason, Timestamp now) {
  LK_TRY(const auto ended, sessions.close_all(txn, agent));
  LK_TRY_VOID(append_ends(txn, actor, agent, ended, reason, now));
  return ended.size();
}

// body: Result<T>(WriteTxn&, audit::Entry&); it may complete the entry.
template <class Body>
[[nodiscard]] auto act(House& house, const audit::Entry& entry, Body&& body) {
  const Timestamp now = house.clock.now();
  auto outcome = house.store.write(
      [&](store::WriteTxn& txn) -> std::invoke_result_t<Body, store::WriteTxn&, audit::Entry&> {
        audit::Entry completed = entry;
        LK_TRY(auto done, body(txn, completed));
        LK_TRY_VOID(audit::append(txn, completed, now));
        return done;
      });
  if (!outcome && is_refusal(outcome.error().code)) {
    record_refusal(house, entry, name_of(outcome.error().code));
  }
  return outcome;
}

}  // namespace leadkeep::flow
