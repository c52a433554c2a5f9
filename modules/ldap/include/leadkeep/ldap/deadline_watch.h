// leadkeep/ldap/deadline_watch.h — ends what a peer draws out
//
// libldap and the TLS library below it wait for ever for a peer that accepts a connection and then
// says nothing, and no option of theirs bounds a handshake. So the socket of every operation is
// watched, and is shut down when the time is up: whatever read or write the library is in returns
// with an error.
//
//   const auto guard = watch.guard(fd, 5s);   // while it lives
//   ... ldap_sasl_bind_s(...)
//   if (guard.expired()) ...
//
// Threads  any; the watch has one of its own. A guard must end before its descriptor is closed and
//          before its watch ends.
#pragma once
#include <leadkeep/base/guarded.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <thread>

namespace leadkeep::ldap {

class DeadlineWatch {
 public:
  DeadlineWatch();
  ~DeadlineWatch();

  DeadlineWatch(const DeadlineWatch&) = delete;
  DeadlineWatch& operator=(const DeadlineWatch&) = delete;

  class Guard {
   public:
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard();

    [[nodiscard]] bool expired() const;

   private:
    friend class DeadlineWatch;

    Guard(DeadlineWatch& watch, std::uint64_t number) noexcept : m_watch{watch}, m_number{number} {}

    DeadlineWatch& m_watch;
    std::uint64_t m_number;
  };

  [[nodiscard]] Guard guard(int fd, std::chrono::milliseconds time);

  // The time of every operation is up, now and from now on.
  void end_all();

 private:
  using SteadyClock = std::chrono::steady_clock;

  struct Watched {
    int fd = -1;
    SteadyClock::time_point deadline;
    bool expired = false;
  };

  struct State {
    std::map<std::uint64_t, Watched> watched;
    std::uint64_t last_number = 0;
    bool ended = false;
    bool stopping = false;
    bool changed = false;
  };

  void run();
  // Shuts down what is due; the time until the next is.
  static std::chrono::milliseconds shut_down_due(State& state);

  Guarded<State> m_state;
  std::jthread m_thread;
};

}  // namespace leadkeep::ldap
