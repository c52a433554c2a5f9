#include <leadkeep/inbox/event_feed.h>

namespace leadkeep::inbox {
namespace {

constexpr std::size_t kKeptEvents = 4'096;

}  // namespace

std::string_view name_of(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::kConversationCreated:
      return "conversation.created";
    case EventKind::kConversationChanged:
      return "conversation.changed";
    case EventKind::kMessageReceived:
      return "message.received";
    case EventKind::kMessageChanged:
      return "message.changed";
  }
  return "?";
}

void EventFeed::publish(const std::vector<InboxEvent>& events) {
  if (events.empty()) {
    return;
  }
  m_kept.with([&](Kept& kept) {
    for (const InboxEvent& event : events) {
      kept.events.push_back({++kept.newest, event});
    }
    while (kept.events.size() > kKeptEvents) {
      kept.events.pop_front();
    }
  });
  m_kept.notify_all();
}

std::uint64_t EventFeed::newest() const {
  return m_kept.with([](const Kept& kept) { return kept.newest; });
}

FeedSlice EventFeed::after(std::uint64_t number) const {
  return m_kept.with([&](const Kept& kept) {
    FeedSlice slice;
    const std::uint64_t oldest = kept.newest - kept.events.size() + 1;
    if (number > kept.newest || number + 1 < oldest) {
      slice.continuity = FeedSlice::Continuity::kBroken;
      return slice;
    }
    for (const NumberedEvent& event : kept.events) {
      if (event.number > number) {
        slice.events.push_back(event);
      }
    }
    return slice;
  });
}

void EventFeed::wait_beyond(std::uint64_t number, std::chrono::milliseconds limit) {
  m_kept.when_or_after(
      limit, [&](const Kept& kept) { return kept.stopped || kept.newest > number; }, [](Kept&) {});
}

void EventFeed::stop() {
  m_kept.with([](Kept& kept) { kept.stopped = true; });
  m_kept.notify_all();
}

}  // namespace leadkeep::inbox
