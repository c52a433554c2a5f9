#include "keeper.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/idempotency.h>

namespace leadkeep::daemon {
namespace {

constexpr std::chrono::minutes kInterval{1};
constexpr std::size_t kAtOnce = 1'000;  // bounds one write transaction

}  // namespace

Keeper::Keeper(flow::House& house, const Paths& paths, std::chrono::days journal,
               std::stop_token stop)
    : m_house{house},
      m_paths{paths},
      m_journal{journal},
      m_stop{std::move(stop)},
      m_thread{"lk-keeper", [this] { return keep(); }} {}

std::chrono::milliseconds Keeper::keep() {
  // Each on its own: what one cannot do must not keep the others from their work.
  report(remove_over(m_paths.sessions));
  report(remove_over(m_paths.sign_ons));
  report(forget_answers());
  report(apply_deferred());
  report(m_paths.receive.forget_journal(m_journal, m_stop));
  report(go_on_erasing());
  report(m_paths.end_epoch.end_if_due(m_stop));
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
  LK_TRY(const std::size_t applied, m_paths.receive.apply_deferred());
  if (applied > 0) {
    log_info("WEBHOOKS_APPLIED_LATE", Field{"count", applied});
  }
  return {};
}

Result<void> Keeper::go_on_erasing() {
  LK_TRY(const std::size_t done, m_paths.erase.go_on(m_stop));
  if (done > 0) {
    log_info("ERASURES_FINISHED_LATE", Field{"count", done});
  }
  return {};
}

}  // namespace leadkeep::daemon
