#include "acting.h"
#include "refusal_time.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/open_break_glass.h>
#include <leadkeep/identity/recovery_codes.h>

namespace leadkeep::flow {
Result<OpenBreakGlass::Code> OpenBreakGlass::issue() {
  const Timestamp now = m_house.clock.now();
  SecretBytes code = identity::recovery::new_code();
  // On record first: a code that nobody could see was drawn must not be out.
  LK_TRY_VOID(record(m_house, entry_by(std::nullopt, audit::Act::kBreakGlassIssued)));
  log_warn("BREAK_GLASS_ISSUED");
  m_break_glass.issue(code, now);
  return Code{std::move(code), now + identity::BreakGlass::kGoodFor};
}

Result<identity::OpenedSession> OpenBreakGlass::open(const identity::Caller& caller,
                                                     const SecretBytes& code,
                                                     const std::string& source) {
  // Before the code is taken: it counts once.
  LK_TRY_VOID(identity::SessionStore::require_may_open(caller, std::nullopt));
  const auto begin = std::chrono::steady_clock::now();
  auto opened = let_in(caller, code, source);
  if (!opened) {
    wait_after_refusal(begin, m_refusal_takes, opened.error().code);
  }
  return opened;
}

Result<identity::OpenedSession> OpenBreakGlass::let_in(const identity::Caller& caller,
                                                       const SecretBytes& code,
                                                       const std::string& source) {
  const Timestamp now = m_house.clock.now();
  if (auto admitted = m_throttle.admit_break_glass(source, now); !admitted) {
    m_refuse.record_log_in(std::nullopt, "throttled", source);
    return Fail{std::move(admitted).error()};
  }
  const auto broken = m_break_glass.take(code, now);
  if (!broken) {
    m_refuse.record_log_in(std::nullopt, "break_glass", source);
    return fail(Errc::kUnauthenticated, "break-glass: refused");
  }
  m_throttle.break_glass_decided(source);
  auto start = identity::SessionStart::draw(caller, source, now);
  const auto fresh = crypto::new_id<AgentId>(now);
  auto outcome = m_house.store.write([&](store::WriteTxn& txn) -> Result<identity::Session> {
    LK_TRY(const auto admission, m_break_glass.admit(txn, *broken, fresh, now));
    LK_TRY(const auto ended, m_sessions.close_all(txn, admission.agent()));
    LK_TRY(auto opened, m_sessions.open(txn, admission, start, now));
    LK_TRY_VOID(append_ends(txn, admission.agent(), admission.agent(), ended, "replaced", now));
    LK_TRY_VOID(
        audit::append(txn,
                      entry_by(identity::Actor{admission.agent(), start.id, start.caller.client()},
                               audit::Act::kBreakGlassOpened),
                      now));
    return std::move(opened.session);
  });
  if (!outcome) {  // the code is gone
    m_refuse.record_log_in(std::nullopt, name_of(outcome.error().code), source);
    log_error("BREAK_GLASS_FAILED", Field{"reason", Reason{outcome.error()}});
    return Fail{std::move(outcome).error()};
  }
  identity::Session session = std::move(outcome).value();
  m_house.metrics.break_glass_opened.add();
  log_warn("BREAK_GLASS_OPENED", Field{"session", session.id()});
  return identity::OpenedSession{std::move(start.token), std::move(session)};
}

}  // namespace leadkeep::flow
