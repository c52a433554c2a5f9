#include "recurring.h"

#include <leadkeep/base/heap.h>

#include <utility>

#include <pthread.h>

namespace leadkeep::daemon {

Recurring::Recurring(const char* name, Work work)
    : m_name{name},
      m_work{std::move(work)},
      m_thread{[this](const std::stop_token& stop) { run(stop); }} {}

Recurring::~Recurring() {
  begin_stop();
}

void Recurring::begin_stop() {
  m_thread.request_stop();
  m_stopping.with([](bool& stopping) { stopping = true; });
  m_stopping.notify_all();
}

void Recurring::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), m_name);
  while (!stop.stop_requested()) {
    const std::chrono::milliseconds rest = m_work();
    wipe_dead_stack();
    m_stopping.when_or_after(rest, [](bool stopping) { return stopping; }, [](bool) {});
  }
}

}  // namespace leadkeep::daemon
