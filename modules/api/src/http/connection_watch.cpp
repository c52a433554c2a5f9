#include "http/connection_watch.h"

#include <limits>
#include <map>
#include <string_view>

#include <pthread.h>
#include <sys/socket.h>

namespace leadkeep::api::http {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr milliseconds kTick{250};
constexpr milliseconds kPatienceBetweenRequests{1'000};
constexpr milliseconds kPatienceInsideOfOne{3'000};
constexpr milliseconds kPauseBetweenTries{
    50};  // for a place, while nobody has used up its patience

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
  for (;;) {
    m_places.with([this](Places& places) {
      if (places.taken >= m_places_count) {
        make_room(places);
      }
    });
    const auto admission = m_places.when_or_after(
        kPauseBetweenTries,
        [this](const Places& places) { return places.stopping || places.taken < m_places_count; },
        [this](Places& places) { return try_to_admit(places); });
    if (admission) {
      return *admission;
    }
  }
}

std::optional<ConnectionWatch::Admission> ConnectionWatch::try_to_admit(Places& places) const {
  if (places.stopping) {
    return Admission::kStopping;
  }
  if (places.taken >= m_places_count) {
    return std::nullopt;
  }
  ++places.taken;
  return Admission::kAdmitted;
}

void ConnectionWatch::give_back() noexcept {
  m_places.with([](Places& places) { --places.taken; });
  m_places.notify_all();
}

ConnectionWatch::Seat::Seat(ConnectionWatch& watch, int fd, std::string source)
    : m_watch{watch}, m_watched{fd, std::move(source), steady_ms() + 1'000, kNever, false} {
  m_watch.m_places.with([this](Places& places) { places.seated.insert(&m_watched); });
}

void ConnectionWatch::Seat::work_for(std::chrono::seconds limit) noexcept {
  m_watched.idle = false;
  m_watched.gives_way_from_ms = kNever;
  m_watched.deadline_ms = steady_ms() + milliseconds{limit}.count();
}

void ConnectionWatch::Seat::wait_for_client(std::chrono::seconds limit) noexcept {
  const auto now = steady_ms();
  m_watched.idle = false;
  m_watched.deadline_ms = now + milliseconds{limit}.count();
  m_watched.gives_way_from_ms = now + kPatienceInsideOfOne.count();
}

ConnectionWatch::Seat::Next ConnectionWatch::Seat::idle_for(std::chrono::seconds limit) noexcept {
  const auto now = steady_ms();
  m_watched.deadline_ms = now + milliseconds{limit}.count();
  m_watched.gives_way_from_ms = now + kPatienceBetweenRequests.count();
  m_watched.idle = true;
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
    if (watched->idle) {
      cut(watched->fd);
    }
  }
}

void ConnectionWatch::make_room(Places& places) {
  std::map<std::string_view, std::size_t> held;
  for (const auto* watched : places.seated) {
    ++held[watched->source];
  }
  // Those that wait for their client: most places of the address first, then the longest wait.
  const auto goes_before = [&held](const Watched* a, const Watched* b) {
    const auto held_by_a = held[a->source];
    const auto held_by_b = held[b->source];
    return held_by_a != held_by_b ? held_by_a > held_by_b
                                  : a->gives_way_from_ms < b->gives_way_from_ms;
  };
  Watched* first = nullptr;
  for (auto* watched : places.seated) {
    if (watched->gives_way_from_ms != kNever && (first == nullptr || goes_before(watched, first))) {
      first = watched;
    }
  }
  // Where its patience is not used up yet, the newcomer waits, and nobody else gives way instead.
  if (first != nullptr && first->gives_way_from_ms <= steady_ms()) {
    first->gives_way_from_ms = kNever;  // once is enough
    cut(first->fd);
  }
}

}  // namespace leadkeep::api::http
