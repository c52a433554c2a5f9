#include "sender.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/secret.h>

#include <pthread.h>

namespace leadkeep::daemon {
namespace {

constexpr std::chrono::seconds kAfterFault{2};

}  // namespace

Sender::Sender(flow::DeliverMessages& path, delivery::OutboxSignal& signal)
    : m_path{path},
      m_signal{signal},
      m_thread{[this](const std::stop_token& stop) { run(stop); }} {}

Sender::~Sender() {
  m_thread.request_stop();
  m_signal.stop();
}

Result<std::chrono::milliseconds> Sender::step() {
  try {
    return m_path.step();
  } catch (const std::exception&) {
    return fail(Errc::kInternal, "sender: a step threw");
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
      m_signal.wait(wait);
    }
  }
}

}  // namespace leadkeep::daemon
