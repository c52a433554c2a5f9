#include "http/connection_watch.h"

#include <pthread.h>
#include <sys/socket.h>

namespace leadkeep::api::http {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kBusy = -1;
constexpr milliseconds kTick{250};
constexpr milliseconds kLeastIdle{1'000};  // a connection that idles for less does not give way

std::int64_t steady_ms() noexcept {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void cut(int fd) noexcept {
  ::shutdown(fd, SHUT_RDWR);
}

}  // namespace

ConnectionWatch::ConnectionWatch(std::size_t places)
    : m_places_count{places}, m_thread{[this] { run(); }} {
  ::pthread_setname_np(m_thread.native_handle(), "lk-watch");
}

ConnectionWatch::~ConnectionWatch() {
  m_places.with([](Places& places) { places.ending = true; });
  m_places.notify_all();
  m_thread.join();
}

ConnectionWatch::Admission ConnectionWatch::admit() {
  m_places.with([this](Places& places) { places.crowded = places.taken >= m_places_count; });
  return m_places.when(
      [this](const Places& places) { return places.stopping || places.taken < m_places_count; },
      [](Places& places) {
        places.crowded = false;
        if (places.stopping) {
          return Admission::kStopping;
        }
        ++places.taken;
        return Admission::kAdmitted;
      });
}

void ConnectionWatch::give_back() noexcept {
  m_places.with([](Places& places) { --places.taken; });
  m_places.notify_all();
}

ConnectionWatch::Seat::Seat(ConnectionWatch& watch, int fd)
    : m_watch{watch}, m_watched{fd, steady_ms() + 1'000, kBusy} {
  m_watch.m_places.with([this](Places& places) { places.seated.insert(&m_watched); });
}

void ConnectionWatch::Seat::busy_for(std::chrono::seconds limit) noexcept {
  m_watched.idle_since_ms = kBusy;
  m_watched.deadline_ms = steady_ms() + milliseconds{limit}.count();
}

ConnectionWatch::Seat::Next ConnectionWatch::Seat::idle_for(std::chrono::seconds limit) noexcept {
  const auto now = steady_ms();
  m_watched.deadline_ms = now + milliseconds{limit}.count();
  m_watched.idle_since_ms = now;
  // After the line above: either this sees the stop, or the stop sees an idle connection.
  return m_watch.m_stopping ? Next::kStopping : Next::kMayFollow;
}

void ConnectionWatch::Seat::leave() noexcept {
  if (m_seated) {
    m_seated = false;
    m_watch.m_places.with([this](Places& places) { places.seated.erase(&m_watched); });
    m_watch.m_places.notify_all();
  }
}

void ConnectionWatch::stop_admitting() {
  m_stopping = true;
  m_places.with([](Places& places) {
    places.stopping = true;
    end_idle(places);
  });
  m_places.notify_all();
}

void ConnectionWatch::wait_until_empty(milliseconds grace) {
  const auto empty = [](const Places& places) { return places.seated.empty(); };
  m_places.when_or_after(grace, empty, [](Places& places) {
    for (const auto* watched : places.seated) {
      cut(watched->fd);
    }
  });
  m_places.when(empty, [](Places&) {});
}

void ConnectionWatch::run() {
  for (;;) {
    const bool ending = m_places.when_or_after(
        kTick, [](const Places& places) { return places.ending; },
        [](Places& places) {
          end_overdue(places);
          if (places.stopping) {
            end_idle(places);
          } else if (places.crowded) {
            end_longest_idle(places);
          }
          return places.ending;
        });
    if (ending) {
      return;
    }
  }
}

void ConnectionWatch::end_overdue(Places& places) {
  const auto now = steady_ms();
  for (const auto* watched : places.seated) {
    if (watched->deadline_ms < now) {
      cut(watched->fd);
    }
  }
}

void ConnectionWatch::end_idle(Places& places) {
  for (const auto* watched : places.seated) {
    if (watched->idle_since_ms != kBusy) {
      cut(watched->fd);
    }
  }
}

void ConnectionWatch::end_longest_idle(Places& places) {
  const Watched* longest = nullptr;
  auto since = steady_ms() - kLeastIdle.count();
  for (const auto* watched : places.seated) {
    const auto idle_since = watched->idle_since_ms.load();
    if (idle_since != kBusy && idle_since <= since) {
      since = idle_since;
      longest = watched;
    }
  }
  if (longest != nullptr) {
    cut(longest->fd);
  }
}

}  // namespace leadkeep::api::http
