// events/event_streams.h — server-sent events to everyone who listens, from one thread
//
// Takes    connections that asked for GET /v1/events, or for GET /v1/events/poll and wait for one, and
//          hold a permit to follow events
// Yields   text/event-stream: `id: <feed>-<number>`, `data: {…}` with ids only. The
//          feed is random for each run of the daemon, so that a number of an earlier run is not
//          taken for one of this run.
//          `event: reset` says that events were missed: the listener reads the inbox again.
//          To a poll: the next events as JSON, or none of them once its time is up; then the end.
// Bounds   a listener that falls behind the events that are kept is dropped and may come back with
//          Last-Event-ID; it costs its socket and a cursor, whatever is unsent. A comment every
//          15 s, so that a dead peer is noticed.
// Ends     with the listener's session, client or right, which is asked for every 5 s and when a client
//          was suspended; with stop()
// Source   WHATWG HTML, "Server-sent events"
// Threads  open() from any; lk-events does the rest and alone touches a connection it was given
#pragma once
#include "events/backlog.h"
#include "http/connection.h"
#include "routes/door.h"

#include <leadkeep/base/files.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/inbox/event_feed.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace leadkeep::api {

class EventStreams {
 public:
  // What a listener has shown, to be looked at again.
  struct Follower {
    flow::ShownCredential credential;        // nothing: a page of ours
    std::string source;                      // where it listens
    SecretBytes token;                       // empty: a program by itself
    std::optional<identity::DeviceKey> key;  // that was shown with it
  };

  // Whether that still leads to a session that may follow events.
  using StillAllowed = std::function<identity::Verdict(const Follower&)>;

  EventStreams(inbox::EventFeed& feed, Metrics& metrics, std::uint32_t max_listeners,
               StillAllowed still_allowed);
  EventStreams(const EventStreams&) = delete;
  EventStreams& operator=(const EventStreams&) = delete;
  ~EventStreams();

  // kUnavailable without descriptors to wait on.
  [[nodiscard]] Result<void> start();
  // kUnavailable when there are max_listeners already.
  [[nodiscard]] Result<http::Response> open(Follower follower,
                                            std::optional<std::string_view> last_event_id);
  // What has happened behind the cursor, which is the id of an event; where nothing has, the answer waits
  // for it, in a place as a listener has.
  [[nodiscard]] Result<http::Response> poll(Follower follower, std::string_view cursor,
                                            std::chrono::seconds wait);
  // Whether it is of an event of this run: who shows it has followed before.
  [[nodiscard]] bool goes_on_from(std::string_view cursor) const;
  // At everybody, now: somebody may have lost the right to listen.
  void look_again() noexcept;
  void stop();

 private:
  class Place;  // one of max_listeners
  struct Listener;
  using Listeners = std::list<std::unique_ptr<Listener>>;

  struct Arrivals {
    Listeners listeners;
    bool stopping = false;
  };

  struct Start {
    std::uint64_t after;
    enum class Gap { kNone, kMissedEvents } gap;
  };

  using Instant = std::chrono::steady_clock::time_point;

  // The head of an answer whose connection listens from then on.
  [[nodiscard]] Result<http::Response> keep(Follower follower, std::uint64_t after,
                                            std::optional<Instant> answer_by);
  [[nodiscard]] Start start_of(std::optional<std::string_view> last_event_id) const;
  void add(std::unique_ptr<Listener> listener);
  void wake() noexcept;
  void run();
  void wait_until(std::chrono::steady_clock::time_point time);
  void take_events();
  void begin_again();
  void welcome(Listeners arrivals);
  void look_after_all();
  void write_what_fits(Listener& listener);
  void tell(Listener& listener);    // that there is something new
  void answer(Listener& listener);  // to one that polls
  void answer_with_nothing(Listener& listener) const;
  void remove_those_over();
  void remove_all();
  [[nodiscard]] std::string id_of(std::uint64_t number) const;
  [[nodiscard]] std::string render(const inbox::NumberedEvent& event) const;
  [[nodiscard]] std::string render_what_is_behind(std::uint64_t number) const;
  enum class Missed : std::uint8_t { kNothing, kSomething };
  [[nodiscard]] std::string render_answer(const std::vector<inbox::NumberedEvent>& events,
                                          std::uint64_t after, Missed missed) const;
  [[nodiscard]] std::string render_reset(std::uint64_t number) const;

  inbox::EventFeed& m_feed;
  Metrics& m_metrics;
  const std::uint32_t m_max_listeners;
  const StillAllowed m_still_allowed;
  const std::string m_feed_id;
  std::atomic<std::uint32_t> m_taken{0};
  std::atomic<bool> m_look_again{false};
  Guarded<Arrivals> m_arrivals;

  UniqueFd m_wake;  // readable when there is an event, an arrival or the end

  // Of lk-events alone.
  UniqueFd m_ready;  // epoll: m_wake and the listeners
  Backlog m_backlog{0};
  Listeners m_listeners;
  Listeners m_leaving;  // told goodbye, and closed here once nobody else holds the socket
  std::thread m_thread;
};

}  // namespace leadkeep::api
