#include "events/event_streams.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/base/text.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/json/writer.h>

#include <algorithm>

#include <Poco/Exception.h>
#include <Poco/Net/Utility.h>
#include <Poco/Timespan.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

namespace leadkeep::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Instant = std::chrono::steady_clock::time_point;

constexpr milliseconds kTick{250};
constexpr milliseconds kTickOfStoppedFeed{50};
constexpr seconds kHeartbeat{15};
constexpr seconds kSessionCheck{5};  // how long a token that was taken back still hears
constexpr std::size_t kMaxUnsentBytes = 64 * 1024;
constexpr std::size_t kWriteBytes = 4 * 1024;
constexpr long kWriteMicroseconds = 1'000;

Instant now() {
  return std::chrono::steady_clock::now();
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
  SecretBytes token;
  Start start;
  std::string unsent;
  Instant last_write = now();
  Instant next_check = now() + kSessionCheck;
  enum class State { kListening, kOver } state = State::kListening;

  [[nodiscard]] int fd() { return connection.socket().impl()->sockfd(); }

  void append(std::string_view text) {
    if (unsent.size() + text.size() > kMaxUnsentBytes) {
      state = State::kOver;
    } else {
      unsent += text;
    }
  }

  [[nodiscard]] bool has_room() {
    ::pollfd socket{fd(), POLLOUT, 0};
    return ::poll(&socket, 1, 0) == 1 && (socket.revents & POLLOUT) != 0;
  }

  // POCO waits for a TLS socket that cannot take all of a write, even if it is not blocking; so a
  // write is small, happens only when there is room, and may wait for a millisecond.
  void write_what_fits() {
    try {
      while (!unsent.empty() && has_room()) {
        Poco::Net::Utility::clearErrorStack();
        const auto size = std::min(unsent.size(), kWriteBytes);
        const int written = connection.socket().sendBytes(unsent.data(), static_cast<int>(size));
        if (written <= 0) {
          state = State::kOver;
          return;
        }
        unsent.erase(0, static_cast<std::size_t>(written));
        last_write = now();
      }
    } catch (const Poco::Exception&) {
      state = State::kOver;
    }
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
      m_feed_id{new_feed_id()},
      m_position{feed.newest()},
      m_thread{[this] { run(); }} {
  ::pthread_setname_np(m_thread.native_handle(), "lk-events");
}

EventStreams::~EventStreams() {
  stop();
}

Result<http::Response> EventStreams::open(ByteView token,
                                          std::optional<std::string_view> last_event_id) {
  auto place = Place::take(*this);
  if (!place) {
    return fail(Errc::kUnavailable, "events: too many listeners");
  }
  const auto start = start_of(last_event_id);
  http::Response response{200, ": connected\n\n"};
  response.content_type = "text/event-stream";
  if (start.gap == Start::Gap::kMissedEvents) {
    response.body += render_reset(start.after);
  }
  // std::function copies, and a secret cannot be copied.
  auto kept_token = std::make_shared<SecretBytes>(SecretBytes::copy_of(token));
  response.continue_with = [this, place = std::move(place), kept_token,
                            start](http::DetachedConnection connection) {
    connection.socket().setSendTimeout(Poco::Timespan{0, kWriteMicroseconds});
    connection.socket().setBlocking(false);
    add(std::make_unique<Listener>(
        Listener{std::move(connection), place, std::move(*kept_token), start, {}}));
  };
  return response;
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
}

void EventStreams::stop() {
  if (!m_thread.joinable()) {
    return;
  }
  m_arrivals.with([](Arrivals& arrivals) { arrivals.stopping = true; });
  m_arrivals.notify_all();
  m_feed.stop();
  m_thread.join();
}

void EventStreams::run() {
  ::sigset_t pipe{};
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (bool stopping = false; !stopping;) {
    const auto before = now();
    m_feed.wait_beyond(m_position, kTick);
    // A feed that was stopped does not wait any more.
    const bool waited = m_feed.newest() > m_position || now() - before >= kTick / 2;
    std::list<std::unique_ptr<Listener>> arrivals;
    stopping = m_arrivals.when_or_after(
        waited ? milliseconds{0} : kTickOfStoppedFeed,
        [](const Arrivals& state) { return state.stopping; },
        [&](Arrivals& state) {
          arrivals.swap(state.listeners);
          return state.stopping;
        });
    pass_on_events();
    welcome(std::move(arrivals));
    attend();
  }
  for (const auto& listener : m_listeners) {
    listener->say_goodbye();
  }
  m_listeners.clear();
}

void EventStreams::pass_on_events() {
  const auto slice = m_feed.after(m_position);
  std::string text;
  if (slice.continuity == inbox::FeedSlice::Continuity::kBroken) {
    m_position = m_feed.newest();
    text = render_reset(m_position);
  } else {
    for (const auto& event : slice.events) {
      text += render(event);
      m_position = event.number;
    }
  }
  if (!text.empty()) {
    for (const auto& listener : m_listeners) {
      listener->append(text);
    }
  }
}

// Brings each up to m_position, where the others are.
void EventStreams::welcome(std::list<std::unique_ptr<Listener>> arrivals) {
  for (auto& listener : arrivals) {
    const auto slice = m_feed.after(listener->start.after);
    if (slice.continuity == inbox::FeedSlice::Continuity::kBroken) {
      listener->append(render_reset(m_position));
    } else {
      for (const auto& event : slice.events) {
        if (event.number <= m_position) {
          listener->append(render(event));
        }
      }
    }
  }
  m_listeners.splice(m_listeners.end(), arrivals);
}

void EventStreams::attend() {
  std::vector<::pollfd> sockets;
  sockets.reserve(m_listeners.size());
  for (const auto& listener : m_listeners) {
    sockets.push_back({listener->fd(), POLLIN | POLLRDHUP, 0});
  }
  ::poll(sockets.data(), sockets.size(), 0);
  auto socket = sockets.begin();
  for (const auto& listener : m_listeners) {
    // A listener has nothing to say; whatever it sends, most often a goodbye, ends the stream.
    if ((socket++)->revents != 0) {
      listener->state = Listener::State::kOver;
      continue;
    }
    if (now() >= listener->next_check) {
      listener->next_check = now() + kSessionCheck;
      if (m_still_allowed(listener->token.expose()) != identity::Verdict::kAllowed) {
        listener->state = Listener::State::kOver;
      }
    }
    if (listener->unsent.empty() && now() - listener->last_write >= kHeartbeat) {
      listener->append(":\n\n");
    }
    if (listener->state == Listener::State::kListening) {
      listener->write_what_fits();
    }
    if (listener->state == Listener::State::kOver) {
      listener->say_goodbye();
    }
  }
  m_listeners.remove_if(
      [](const auto& listener) { return listener->state == Listener::State::kOver; });
}

std::string EventStreams::render(const inbox::NumberedEvent& event) const {
  json::Writer writer;
  writer.begin_object()
      .field("kind", name_of(event.event.kind))
      .field("conversation_id", event.event.conversation.text())
      .key("message_id");
  if (event.event.message) {
    writer.string(event.event.message->text());
  } else {
    writer.null();
  }
  LK_SEEDED_LEAK(phone_in_event, writer.field("from", seeded::phone()));
  writer.end_object();
  std::string text{"id: "};
  text.append(m_feed_id).append("-").append(std::to_string(event.number));
  text.append("\ndata: ").append(std::move(writer).take()).append("\n\n");
  return text;
}

std::string EventStreams::render_reset(std::uint64_t number) const {
  return "id: " + m_feed_id + "-" + std::to_string(number) + "\nevent: reset\ndata: {}\n\n";
}

}  // namespace leadkeep::api
