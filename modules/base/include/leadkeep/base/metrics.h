// leadkeep/base/metrics.h — the counters and gauges of the daemon
//
// One object, made by the daemon and passed by reference. Every metric is a member here, so that
// /metrics (api/src/metrics_text.cpp) cannot list one that nobody keeps, nor miss one. No labels
// that could hold personal data; no personal data. Threads: any.
#pragma once
#include <atomic>
#include <cstdint>

namespace leadkeep {

class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { m_value.fetch_add(n, std::memory_order_relaxed); }

  [[nodiscard]] std::uint64_t value() const noexcept {
    return m_value.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> m_value{0};
};

class Gauge {
 public:
  void set(std::int64_t v) noexcept { m_value.store(v, std::memory_order_relaxed); }

  void add(std::int64_t n) noexcept { m_value.fetch_add(n, std::memory_order_relaxed); }

  [[nodiscard]] std::int64_t value() const noexcept {
    return m_value.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> m_value{0};
};

struct Metrics {
  Counter webhooks_accepted;
  Counter webhooks_refused;
  Counter webhooks_deferred;  // journaled, to be applied later
  Counter messages_received;
  Counter messages_repeated;      // a message id that was known already
  Counter messages_unattributed;  // no sender could be read; kept in the journal
  Counter updates_ignored;        // for another number, or of a kind that is not used yet
  Counter statuses_applied;
  Counter statuses_unmatched;
  Counter replies_accepted;
  Counter replies_refused;
  Counter sends_accepted;
  Counter sends_retried;
  Counter sends_parked;
  Counter sends_unknown;
  Gauge outbox_waiting;
  Counter log_ins;
  Counter log_ins_refused;
  Counter break_glass_opened;
  Counter leavers;          // agents whose sessions ended because of what the directory says
  Counter rechecks;         // of everybody who is signed in, that the directory answered
  Counter rechecks_failed;  // that it did not
  Counter requests;
  Counter requests_refused;
  Counter requests_over_quota;
  Counter requests_failed;  // every answer of 400 and above, on all listeners
  Gauge leavers_held;
  Gauge event_listeners;
  Counter events_handed_over;      // to programs, at their webhooks
  Counter events_not_handed_over;  // tries that failed
  Counter store_commits;
  Counter store_writes;
};

}  // namespace leadkeep
