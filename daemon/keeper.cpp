#include "keeper.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/idempotency.h>

namespace leadkeep::daemon {
namespace {

constexpr std::chrono::minutes kInterval{1};
constexpr std::size_t kAtOnce = 1'000;  // bounds one write transaction

}  // namespace

Keeper::Keeper(flow::House& house, flow::ReceiveMessage& receive,
               const identity::SessionStore& sessions, const identity::SignOnAnswers& sign_ons)
    : m_house{house},
      m_receive{receive},
      m_sessions{sessions},
      m_sign_ons{sign_ons},
      m_thread{"lk-keeper", [this] { return keep(); }} {}

std::chrono::milliseconds Keeper::keep() {
  // Each on its own: what one cannot do must not keep the others from their work.
  report(remove_over(m_sessions));
  report(remove_over(m_sign_ons));
  report(forget_answers());
  report(apply_deferred());
  return kInterval;
}

void Keeper::report(const Result<void>& outcome) {
  if (!outcome) {
    log_warn("KEEPING_FAULT", Field{"reason", Reason{outcome.error()}});
  }
}

template <class Rows>
Result<void> Keeper::remove_over(const Rows& rows) {
  const Timestamp now = m_house.clock.now();
  LK_TRY(const auto over, m_house.store.read([&](store::ReadTxn& txn) {
    return rows.find_over(txn, now, kAtOnce);
  }));
  if (over.empty()) {
    return {};
  }
  return m_house.store.write(
      [&](store::WriteTxn& txn) { return rows.remove_over(txn, over, now); });
}

Result<void> Keeper::forget_answers() {
  const Timestamp now = m_house.clock.now();
  LK_TRY(const auto old, m_house.store.read([&](store::ReadTxn& txn) {
    return flow::find_old_answers(txn, now, kAtOnce);
  }));
  if (old.empty()) {
    return {};
  }
  return m_house.store.write(
      [&](store::WriteTxn& txn) { return flow::remove_old_answers(txn, old, now); });
}

Result<void> Keeper::apply_deferred() {
  LK_TRY(const std::size_t applied, m_receive.apply_deferred());
  if (applied > 0) {
    log_info("WEBHOOKS_APPLIED_LATE", Field{"count", applied});
  }
  return {};
}

}  // namespace leadkeep::daemon
