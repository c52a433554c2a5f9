#include "sender.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/heap.h>

#include <algorithm>

#include <pthread.h>

namespace leadkeep::daemon {
namespace {

constexpr std::chrono::seconds kAfterFault{2};
constexpr std::chrono::seconds kTimeToEnd{4};
constexpr std::chrono::seconds kIdleConnection{1};

}  // namespace

Sender::Sender(flow::DeliverMessages& path, delivery::OutboxSignal& signal,
               delivery::GraphGateway& gateway)
    : m_path{path},
      m_signal{signal},
      m_gateway{gateway},
      m_thread{[this](const std::stop_token& stop) { run(stop); }} {}

Sender::~Sender() {
  begin_stop();
  m_ended.when_or_after(
      *m_last_moment - std::chrono::steady_clock::now(), [](bool ended) { return ended; },
      [this](bool ended) {
        if (!ended) {
          m_gateway.give_up();
        }
      });
}

void Sender::begin_stop() {
  if (!m_last_moment) {
    m_last_moment = std::chrono::steady_clock::now() + kTimeToEnd;
    m_thread.request_stop();
    m_signal.stop();
  }
}

Result<std::chrono::milliseconds> Sender::step() {
  try {
    return m_path.step();
  } catch (const std::exception&) {
    return fail(Errc::kInternal, "sender: a step threw");
  }
}

// A connection that is kept open remembers the last reply and its answer.
void Sender::rest(std::chrono::milliseconds wait) {
  using Woken = delivery::OutboxSignal::Woken;
  const auto first = std::min<std::chrono::milliseconds>(wait, kIdleConnection);
  if (m_signal.wait(first) == Woken::kByTime && wait > first) {
    m_gateway.close_connection();
    m_signal.wait(wait - first);
  }
}

void Sender::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "lk-sender");
  while (!stop.stop_requested()) {
    const auto next = step();
    if (!next) {
      log_warn("SENDING_FAULT", Field{"reason", Reason{next.error()}});
    }
    const auto wait = next ? next.value() : std::chrono::milliseconds{kAfterFault};
    if (wait.count() > 0) {
      wipe_dead_stack();
      rest(wait);
    }
  }
  m_ended.with([](bool& ended) { ended = true; });
  m_ended.notify_all();
}

}  // namespace leadkeep::daemon
