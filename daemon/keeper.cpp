#include "keeper.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/idempotency.h>

#include <pthread.h>

namespace leadkeep::daemon {
namespace {

constexpr std::chrono::minutes kInterval{1};

}  // namespace

Keeper::Keeper(flow::House& house, flow::ReceiveMessage& receive,
               const identity::SessionStore& sessions)
    : m_house{house},
      m_receive{receive},
      m_sessions{sessions},
      m_thread{[this](const std::stop_token& stop) { run(stop); }} {}

Keeper::~Keeper() {
  m_thread.request_stop();
  m_stopping.with([](bool& stopping) { stopping = true; });
  m_stopping.notify_all();
}

void Keeper::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "lk-keeper");
  while (!stop.stop_requested()) {
    if (const auto tidied = tidy(); !tidied) {
      log_warn("KEEPING_FAULT", Field{"reason", Reason{tidied.error()}});
    }
    m_stopping.when_or_after(kInterval, [](bool stopping) { return stopping; }, [](bool) {});
  }
}

Result<void> Keeper::tidy() {
  const Timestamp now = m_house.clock.now();
  LK_TRY(const std::uint64_t removed,
         m_house.store.write([&](store::WriteTxn& txn) -> Result<std::uint64_t> {
           LK_TRY(const std::uint64_t sessions, m_sessions.sweep(txn, now));
           LK_TRY(const std::uint64_t answers, flow::sweep_idempotency(txn, now));
           return sessions + answers;
         }));
  LK_TRY(const std::size_t applied, m_receive.apply_deferred());
  if (removed > 0 || applied > 0) {
    log_debug("KEPT", Field{"removed", removed}, Field{"applied", applied});
  }
  return {};
}

}  // namespace leadkeep::daemon
