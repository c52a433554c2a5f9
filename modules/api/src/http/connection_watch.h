// http/connection_watch.h — how many connections there are, and which of them have had their time
//
// A client that sends one byte now and then keeps a thread for as long as it likes, since every
// byte arrives in time. So one thread, lk-watch, ends connections that are over a deadline for the
// whole of a head, a body or an answer: it shuts the socket down and the read or write returns.
//
// When all places are taken, new connections wait in the queue of the kernel, and one that keeps
// the server waiting gives way: between requests after 1 s, inside of a request, of the handshake
// or of its answer after 3 s. It is one of the address that holds the most places, so that a flood
// from one address pushes out nobody but itself, and of those the one that waits for the longest.
// A connection whose request is being answered never gives way.
// Units    steady clock
// Threads  any
#pragma once
#include <leadkeep/base/guarded.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace leadkeep::api::http {

class ConnectionWatch {
  struct Watched {
    int fd;
    std::string source;
    std::atomic<std::int64_t> deadline_ms;
    std::atomic<std::int64_t> gives_way_from_ms;
    std::atomic<bool> idle;
  };

 public:
  explicit ConnectionWatch(std::size_t places);
  ConnectionWatch(const ConnectionWatch&) = delete;
  ConnectionWatch& operator=(const ConnectionWatch&) = delete;
  ~ConnectionWatch();

  enum class Admission { kAdmitted, kStopping };
  [[nodiscard]] Admission admit();  // waits for a place
  void give_back() noexcept;        // the place of an admitted connection

  // A connection that is being served. The descriptor stays open until leave().
  class Seat {
   public:
    Seat(ConnectionWatch& watch, int fd, std::string source);
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    ~Seat() { leave(); }

    // The server works; then the client has to send or to take something.
    void work_for(std::chrono::seconds limit) noexcept;
    void wait_for_client(std::chrono::seconds limit) noexcept;
    enum class Next { kMayFollow, kStopping };
    [[nodiscard]] Next idle_for(std::chrono::seconds limit) noexcept;
    void leave() noexcept;

   private:
    ConnectionWatch& m_watch;
    Watched m_watched;
    bool m_seated = true;
  };

  void stop_admitting();  // ends idle connections, too
  // Waits for the connections to end; after `grace` those that are left are cut.
  void wait_until_empty(std::chrono::milliseconds grace);

 private:
  struct Places {
    std::size_t taken = 0;
    std::set<Watched*> seated;
    bool stopping = false;
    bool ending = false;  // of the thread
  };

  void run();
  static void end_overdue(Places& places);
  static void end_idle(Places& places);
  static void make_room(Places& places);
  [[nodiscard]] std::optional<Admission> try_to_admit(Places& places) const;

  const std::size_t m_places_count;
  std::atomic<bool> m_stopping{false};
  Guarded<Places> m_places;
  std::thread m_thread;
};

}  // namespace leadkeep::api::http
