#include "events/event_streams.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/base/text.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/json/writer.h>

#include <algorithm>
#include <array>

#include <Poco/Exception.h>
#include <Poco/Net/Utility.h>
#include <Poco/Timespan.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

namespace leadkeep::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kRound{1};
constexpr seconds kHeartbeat{15};
constexpr seconds kSessionCheck{5};  // how long a token that was taken back still hears
constexpr std::size_t kWriteBytes = 4 * 1024;
constexpr long kWriteMicroseconds = 1'000;
constexpr std::size_t kReadyAtOnce = 256;
constexpr std::size_t kMostPolled = 500;  // events in one answer
constexpr seconds kTimeToTakeAnswer{30};

std::chrono::steady_clock::time_point now() {
  return std::chrono::steady_clock::now();
}

void write_members(json::Writer& writer, const inbox::InboxEvent& event) {
  writer.field("kind", name_of(event.kind))
      .field("conversation_id", event.conversation.text())
      .key("message_id");
  if (event.message) {
    writer.string(event.message->text());
  } else {
    writer.null();
  }
}

std::string new_feed_id() {
  ByteArray<8> bytes;
  crypto::fill_random(bytes);
  return to_hex(bytes);
}

}  // namespace

class EventStreams::Place {
 public:
  // Nothing if all places are taken.
  static std::shared_ptr<Place> take(EventStreams& streams) {
    if (streams.m_taken.fetch_add(1) >= streams.m_max_listeners) {
      --streams.m_taken;
      return nullptr;
    }
    streams.m_metrics.event_listeners.add(1);
    return std::make_shared<Place>(streams);
  }

  explicit Place(EventStreams& streams) noexcept : m_streams{streams} {}

  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  ~Place() {
    --m_streams.m_taken;
    m_streams.m_metrics.event_listeners.add(-1);
  }

 private:
  EventStreams& m_streams;
};

struct EventStreams::Listener {
  http::DetachedConnection connection;
  std::shared_ptr<Place> place;
  Follower follower;
  Backlog::Cursor cursor;
  std::string own;  // goes out before anything of the backlog: a reset or a heartbeat
  Instant last_write = now();
  Instant next_check = now() + kSessionCheck;
  std::optional<Instant> answer_by = {};  // of one that polls
  bool is_answered = false;               // or is being answered
  enum class State { kListening, kWaitingForRoom, kOver } state = State::kListening;

  [[nodiscard]] int fd() { return connection.socket().impl()->sockfd(); }

  // POCO counts who shares a socket, and whoever lets go last closes it. The thread that served the
  // connection, and POCO's queue with it, may hold it for a moment longer.
  [[nodiscard]] bool is_only_owner() { return connection.socket().impl()->referenceCount() == 1; }

  [[nodiscard]] bool has_room() {
    ::pollfd socket{fd(), POLLOUT, 0};
    return ::poll(&socket, 1, 0) == 1 && (socket.revents & POLLOUT) != 0;
  }

  // POCO waits for a TLS socket that cannot take all of a write, even if it is not blocking; so a
  // write is small, happens only when there is room, and may wait for a millisecond.
  std::size_t write(std::string_view text) {
    try {
      Poco::Net::Utility::clearErrorStack();
      const int written = connection.socket().sendBytes(text.data(), static_cast<int>(text.size()));
      if (written > 0) {
        last_write = now();
        return static_cast<std::size_t>(written);
      }
    } catch (const Poco::Exception&) {
      // The listener is gone, or took so little that the rest cannot follow.
    }
    state = State::kOver;
    return 0;
  }

  void say_goodbye() noexcept {
    try {
      connection.socket().shutdown();
    } catch (const std::exception&) {
      return;  // the listener is gone
    }
  }
};

EventStreams::EventStreams(inbox::EventFeed& feed, Metrics& metrics, std::uint32_t max_listeners,
                           StillAllowed still_allowed)
    : m_feed{feed},
      m_metrics{metrics},
      m_max_listeners{max_listeners},
      m_still_allowed{std::move(still_allowed)},
      m_feed_id{new_feed_id()} {}

EventStreams::~EventStreams() {
  stop();
}

Result<void> EventStreams::start() {
  m_wake = UniqueFd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  m_ready = UniqueFd{::epoll_create1(EPOLL_CLOEXEC)};
  ::epoll_event wake_up{};
  wake_up.events = EPOLLIN;
  if (!m_wake.valid() || !m_ready.valid() ||
      ::epoll_ctl(m_ready.get(), EPOLL_CTL_ADD, m_wake.get(), &wake_up) != 0) {
    return fail(Errc::kUnavailable, "events: no descriptor to wait on");
  }
  m_feed.on_publish([this] { wake(); });
  m_thread = std::thread{[this] { run(); }};
  ::pthread_setname_np(m_thread.native_handle(), "lk-events");
  return {};
}

Result<http::Response> EventStreams::open(Follower follower,
                                          std::optional<std::string_view> last_event_id) {
  const auto start = start_of(last_event_id);
  LK_TRY(auto response, keep(std::move(follower), start.after, std::nullopt));
  response.body = ": connected\n\n";
  response.content_type = "text/event-stream";
  response.fields.emplace_back("X-Accel-Buffering", "no");  // to a proxy: hand it on as it comes
  if (start.gap == Start::Gap::kMissedEvents) {
    response.body += render_reset(start.after);
  }
  return response;
}

Result<http::Response> EventStreams::poll(Follower follower, std::string_view cursor,
                                          seconds wait) {
  const auto start = start_of(cursor);
  if (start.gap == Start::Gap::kMissedEvents) {
    return http::Response{200, render_answer({}, start.after, Missed::kSomething)};
  }
  if (wait == seconds{0} || m_feed.newest() > start.after) {
    return http::Response{200, render_what_is_behind(start.after)};
  }
  return keep(std::move(follower), start.after, now() + wait);
}

Result<http::Response> EventStreams::keep(Follower follower, std::uint64_t after,
                                          std::optional<Instant> answer_by) {
  auto place = Place::take(*this);
  if (!place) {
    return fail(Errc::kUnavailable, "events: too many listeners");
  }
  // std::function copies, and a secret cannot be copied.
  auto kept = std::make_shared<Follower>(std::move(follower));
  http::Response response{200, {}};
  response.continue_with = [this, place = std::move(place), kept, after,
                            answer_by](http::DetachedConnection connection) {
    connection.socket().setSendTimeout(Poco::Timespan{0, kWriteMicroseconds});
    connection.socket().setBlocking(false);
    auto listener = std::make_unique<Listener>(
        Listener{std::move(connection), place, std::move(*kept), {after + 1, 0}, {}});
    listener->answer_by = answer_by;
    add(std::move(listener));
  };
  return response;
}

bool EventStreams::goes_on_from(std::string_view cursor) const {
  return !cursor.empty() && start_of(cursor).gap == Start::Gap::kNone;
}

EventStreams::Start EventStreams::start_of(std::optional<std::string_view> last_event_id) const {
  const auto newest = m_feed.newest();
  if (!last_event_id || last_event_id->empty()) {
    return {newest, Start::Gap::kNone};
  }
  const auto dash = last_event_id->find('-');
  const auto number = dash == std::string_view::npos
                          ? std::nullopt
                          : parse_unsigned(last_event_id->substr(dash + 1));
  if (!number || last_event_id->substr(0, dash) != m_feed_id || *number > newest) {
    return {newest, Start::Gap::kMissedEvents};
  }
  return {*number, Start::Gap::kNone};
}

void EventStreams::add(std::unique_ptr<Listener> listener) {
  m_arrivals.with([&](Arrivals& arrivals) {
    if (!arrivals.stopping) {
      arrivals.listeners.push_back(std::move(listener));
    }
  });
  wake();
}

// A counter that is full wakes as well as one more.
void EventStreams::wake() noexcept {
  (void)::eventfd_write(m_wake.get(), 1);
}

void EventStreams::look_again() noexcept {
  m_look_again = true;
  wake();
}

void EventStreams::stop() {
  if (!m_thread.joinable()) {
    return;
  }
  m_feed.on_publish({});
  m_arrivals.with([](Arrivals& arrivals) { arrivals.stopping = true; });
  wake();
  m_thread.join();
}

void EventStreams::run() {
  ::sigset_t pipe{};
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  Instant next_round = now() + kRound;
  for (bool stopping = false; !stopping;) {
    wait_until(next_round);
    Listeners arrivals;
    m_arrivals.with([&](Arrivals& state) {
      arrivals.swap(state.listeners);
      stopping = state.stopping;
    });
    take_events();
    welcome(std::move(arrivals));
    if (m_look_again || now() >= next_round) {
      look_after_all();
      next_round = now() + kRound;
    }
    remove_those_over();
  }
  remove_all();
}

// Serves the listeners that have something to tell meanwhile.
void EventStreams::wait_until(Instant time) {
  const auto wait = std::max(std::chrono::ceil<milliseconds>(time - now()), milliseconds{0});
  std::array<::epoll_event, kReadyAtOnce> ready{};
  const int count = ::epoll_wait(m_ready.get(), ready.data(), static_cast<int>(ready.size()),
                                 static_cast<int>(wait.count()));
  for (int i = 0; i < count; ++i) {
    const auto& event = ready[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) {
      ::eventfd_t wakes = 0;
      (void)::eventfd_read(m_wake.get(), &wakes);
      continue;
    }
    auto& listener = *static_cast<Listener*>(event.data.ptr);
    // A listener has nothing to say; whatever it sends, most often a goodbye, ends the stream.
    if (event.events != EPOLLOUT) {
      listener.state = Listener::State::kOver;
    } else {
      write_what_fits(listener);
    }
  }
}

void EventStreams::take_events() {
  const auto slice = m_feed.after(m_backlog.newest());
  if (slice.continuity == inbox::FeedSlice::Continuity::kBroken) {
    begin_again();
  }
  for (const auto& event : slice.events) {
    m_backlog.append(render(event));
  }
  if (!slice.events.empty()) {
    for (const auto& listener : m_listeners) {
      tell(*listener);
    }
  }
}

// More events came at once than the feed keeps: everybody has to read the inbox again.
void EventStreams::begin_again() {
  m_backlog = Backlog{m_feed.newest()};
  for (const auto& listener : m_listeners) {
    if (listener->answer_by) {
      answer(*listener);
      continue;
    }
    if (listener->cursor.sent > 0 || !listener->own.empty()) {
      listener->state = Listener::State::kOver;  // in the middle of something that is lost
      continue;
    }
    listener->cursor = {m_backlog.newest() + 1, 0};
    listener->own = render_reset(m_backlog.newest());
    write_what_fits(*listener);
  }
}

void EventStreams::welcome(Listeners arrivals) {
  for (const auto& listener : arrivals) {
    ::epoll_event wishes{};
    wishes.events = EPOLLIN | EPOLLRDHUP;
    wishes.data.ptr = listener.get();
    if (::epoll_ctl(m_ready.get(), EPOLL_CTL_ADD, listener->fd(), &wishes) != 0) {
      listener->state = Listener::State::kOver;
    }
    if (!listener->answer_by && !m_backlog.holds(listener->cursor)) {
      listener->cursor = {m_backlog.newest() + 1, 0};
      listener->own = render_reset(m_backlog.newest());
    }
    // The right may have been lost since the request was answered.
    if (m_still_allowed(listener->follower) != identity::Verdict::kAllowed) {
      listener->state = Listener::State::kOver;
    }
    tell(*listener);
  }
  m_listeners.splice(m_listeners.end(), arrivals);
}

void EventStreams::look_after_all() {
  const bool at_everybody = m_look_again.exchange(false);
  for (const auto& listener : m_listeners) {
    if (at_everybody || now() >= listener->next_check) {
      listener->next_check = now() + kSessionCheck;
      if (m_still_allowed(listener->follower) != identity::Verdict::kAllowed) {
        listener->state = Listener::State::kOver;
      }
    }
    if (listener->answer_by && now() >= *listener->answer_by + kTimeToTakeAnswer) {
      listener->state = Listener::State::kOver;
    }
    if (listener->state != Listener::State::kListening) {
      continue;
    }
    if (listener->answer_by) {
      if (now() >= *listener->answer_by) {
        answer(*listener);
      }
    } else if (now() - listener->last_write >= kHeartbeat) {
      listener->own = ":\n\n";
      write_what_fits(*listener);
    }
  }
}

void EventStreams::tell(Listener& listener) {
  if (!listener.answer_by) {
    write_what_fits(listener);
  } else if (m_backlog.newest() >= listener.cursor.event) {
    answer(listener);
  }
}

void EventStreams::answer(Listener& listener) {
  if (!listener.is_answered) {
    listener.is_answered = true;
    listener.own = render_what_is_behind(listener.cursor.event - 1);
  }
  write_what_fits(listener);
}

// The head has gone out; without a body it would be no answer. The next poll tells what is wrong.
void EventStreams::answer_with_nothing(Listener& listener) const {
  if (listener.has_room()) {
    (void)listener.write(render_answer({}, listener.cursor.event - 1, Missed::kNothing));
  }
}

// One that listens has got everything; one that waits for room is called by epoll.
void EventStreams::write_what_fits(Listener& listener) {
  using State = Listener::State;
  const auto before = listener.state;
  if (!listener.answer_by && !m_backlog.holds(listener.cursor)) {
    listener.state = State::kOver;
  }
  while (listener.state != State::kOver) {
    const std::string text = listener.own.empty() ? m_backlog.read(listener.cursor, kWriteBytes)
                                                  : listener.own.substr(0, kWriteBytes);
    listener.state =
        text.empty() || listener.has_room() ? State::kListening : State::kWaitingForRoom;
    if (text.empty() || listener.state == State::kWaitingForRoom) {
      break;
    }
    const auto written = listener.write(text);
    if (listener.own.empty()) {
      listener.cursor = m_backlog.behind(listener.cursor, written);
    } else {
      listener.own.erase(0, written);
      if (listener.own.empty() && listener.answer_by) {
        listener.state = State::kOver;
      }
    }
  }
  if (listener.state != before && listener.state != State::kOver) {
    ::epoll_event wishes{};
    wishes.events = EPOLLIN | EPOLLRDHUP;
    wishes.events |= listener.state == State::kWaitingForRoom ? EPOLLOUT : 0U;
    wishes.data.ptr = &listener;
    (void)::epoll_ctl(m_ready.get(), EPOLL_CTL_MOD, listener.fd(), &wishes);
  }
}

void EventStreams::remove_those_over() {
  for (auto next = m_listeners.begin(); next != m_listeners.end();) {
    const auto listener = next++;
    if ((*listener)->state == Listener::State::kOver) {
      if ((*listener)->answer_by && !(*listener)->is_answered) {
        answer_with_nothing(**listener);
      }
      (*listener)->say_goodbye();
      (void)::epoll_ctl(m_ready.get(), EPOLL_CTL_DEL, (*listener)->fd(), nullptr);
      m_leaving.splice(m_leaving.end(), m_listeners, listener);
    }
  }
  m_leaving.remove_if([](const auto& listener) { return listener->is_only_owner(); });
}

// A thread that handed its connection over does nothing more with it than to let go.
void EventStreams::remove_all() {
  for (const auto& listener : m_listeners) {
    listener->state = Listener::State::kOver;
  }
  remove_those_over();
  for (const auto end = now() + kRound; !m_leaving.empty() && now() < end; remove_those_over()) {
    std::this_thread::sleep_for(milliseconds{1});
  }
  m_leaving.clear();
}

std::string EventStreams::id_of(std::uint64_t number) const {
  return m_feed_id + "-" + std::to_string(number);
}

std::string EventStreams::render(const inbox::NumberedEvent& event) const {
  json::Writer writer;
  writer.begin_object();
  write_members(writer, event.event);
  LK_SEEDED_LEAK(phone_in_event, writer.field("from", seeded::phone()));
  writer.end_object();
  return "id: " + id_of(event.number) + "\ndata: " + std::move(writer).take() + "\n\n";
}

std::string EventStreams::render_reset(std::uint64_t number) const {
  return "id: " + id_of(number) + "\nevent: reset\ndata: {}\n\n";
}

std::string EventStreams::render_what_is_behind(std::uint64_t number) const {
  const auto slice = m_feed.after(number, kMostPolled);
  return slice.continuity == inbox::FeedSlice::Continuity::kBroken
             ? render_answer({}, m_feed.newest(), Missed::kSomething)
             : render_answer(slice.events, number, Missed::kNothing);
}

std::string EventStreams::render_answer(const std::vector<inbox::NumberedEvent>& events,
                                        std::uint64_t after, Missed missed) const {
  json::Writer writer;
  writer.begin_object().key("items").begin_array();
  for (const auto& event : events) {
    writer.begin_object().field("id", id_of(event.number));
    write_members(writer, event.event);
    writer.end_object();
    after = event.number;
  }
  writer.end_array()
      .field("next_cursor", id_of(after))
      .field("missed", missed == Missed::kSomething)
      .end_object();
  return std::move(writer).take();
}

}  // namespace leadkeep::api
