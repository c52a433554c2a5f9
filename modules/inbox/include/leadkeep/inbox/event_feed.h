// leadkeep/inbox/event_feed.h — what changed, for those who listen now
//
// Events name ids and nothing else, so they hold no personal data; a listener fetches what it may
// see. The last 4,096 events are kept in memory so that a listener that lost its connection can go
// on where it was; after a restart of the daemon, or too long a pause, it starts afresh.
// Threads  any
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/id.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace leadkeep::inbox {

inline constexpr std::size_t kKeptEvents = 4'096;

enum class EventKind : std::uint8_t {
  kConversationCreated,
  kConversationChanged,
  kMessageReceived,
  kConversationErased,
  kMessageChanged,  // a reply was queued, sent, delivered, read, failed; a note was added
};
[[nodiscard]] std::string_view name_of(EventKind kind) noexcept;  // "conversation.created", …

struct InboxEvent {
  EventKind kind;
  ConversationId conversation;
  std::optional<MessageId> message;
};

struct NumberedEvent {
  std::uint64_t number;  // 1, 2, 3 … since the daemon started
  InboxEvent event;
};

struct FeedSlice {
  std::vector<NumberedEvent> events;
  // The listener asked for events that are no longer kept: it has to read the inbox again.
  enum class Continuity { kUnbroken, kBroken } continuity = Continuity::kUnbroken;
};

class EventFeed {
 public:
  void publish(const std::vector<InboxEvent>& events);
  [[nodiscard]] std::uint64_t newest() const;  // 0 = none yet
  // At most `most`, the oldest of them.
  [[nodiscard]] FeedSlice after(std::uint64_t number, std::size_t most = kKeptEvents) const;
  // Calls `told` after each publish(), with the lock of the feed held: it must be short and must not
  // use the feed. There is one; an empty function ends it, and no call is running afterwards.
  void on_publish(std::function<void()> told);
  // Returns once there is an event newer than `number`, or at the limit, or after end_waits().
  void wait_for_newer(std::uint64_t number, std::chrono::milliseconds limit);
  // Nobody waits here, now and from now on.
  void end_waits();

 private:
  struct Kept {
    std::deque<NumberedEvent> events;
    std::uint64_t newest = 0;
    std::function<void()> told;
    bool waits_ended = false;
  };

  Guarded<Kept> m_kept;
};

}  // namespace leadkeep::inbox
