#include <leadkeep/ldap/deadline_watch.h>

#include <algorithm>

#include <pthread.h>
#include <sys/socket.h>

namespace leadkeep::ldap {
namespace {

constexpr std::chrono::milliseconds kLongest{60'000};

}  // namespace

DeadlineWatch::DeadlineWatch() : m_thread{[this] { run(); }} {}

DeadlineWatch::~DeadlineWatch() {
  m_state.with([](State& state) { state.stopping = true; });
  m_state.notify_all();
}

DeadlineWatch::Guard DeadlineWatch::guard(int fd, std::chrono::milliseconds time) {
  const std::uint64_t number = m_state.with([&](State& state) {
    state.changed = true;
    ++state.last_number;
    const auto deadline = SteadyClock::now() + (state.ended ? std::chrono::milliseconds{0} : time);
    state.watched.emplace(state.last_number, Watched{fd, deadline, false});
    return state.last_number;
  });
  m_state.notify_all();
  return Guard{*this, number};
}

void DeadlineWatch::end_all() {
  m_state.with([](State& state) {
    state.ended = true;
    state.changed = true;
    for (auto& [number, watched] : state.watched) {
      watched.deadline = SteadyClock::now();
    }
  });
  m_state.notify_all();
}

// The descriptor is shut down under the lock, so it cannot be that of another connection by then.
DeadlineWatch::Guard::~Guard() {
  m_watch.m_state.with([&](State& state) { state.watched.erase(m_number); });
}

bool DeadlineWatch::Guard::expired() const {
  return m_watch.m_state.with([&](State& state) { return state.watched.at(m_number).expired; });
}

std::chrono::milliseconds DeadlineWatch::shut_down_due(State& state) {
  const auto now = SteadyClock::now();
  std::chrono::milliseconds next = kLongest;
  for (auto& [number, watched] : state.watched) {
    if (!watched.expired && watched.deadline <= now) {
      watched.expired = true;
      ::shutdown(watched.fd, SHUT_RDWR);
    }
    if (!watched.expired) {
      next = std::min(next, std::chrono::ceil<std::chrono::milliseconds>(watched.deadline - now));
    }
  }
  return next;
}

void DeadlineWatch::run() {
  ::pthread_setname_np(::pthread_self(), "lk-deadlines");
  bool stopping = false;
  std::chrono::milliseconds wait = kLongest;
  while (!stopping) {
    m_state.when_or_after(
        wait, [](const State& state) { return state.stopping || state.changed; },
        [&](State& state) {
          state.changed = false;
          stopping = state.stopping;
          wait = shut_down_due(state);
        });
  }
}

}  // namespace leadkeep::ldap
