#include <leadkeep/inbox/event_feed.h>

#include <algorithm>

namespace leadkeep::inbox {

std::string_view name_of(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::kConversationCreated:
      return "conversation.created";
    case EventKind::kConversationChanged:
      return "conversation.changed";
    case EventKind::kConversationErased:
      return "conversation.erased";
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
    if (kept.told) {
      kept.told();
    }
  });
  m_kept.notify_all();
}

std::uint64_t EventFeed::newest() const {
  return m_kept.with([](const Kept& kept) { return kept.newest; });
}

FeedSlice EventFeed::after(std::uint64_t number, std::size_t most) const {
  return m_kept.with([&](const Kept& kept) {
    FeedSlice slice;
    const std::uint64_t oldest = kept.newest - kept.events.size() + 1;
    if (number > kept.newest || number + 1 < oldest) {
      slice.continuity = FeedSlice::Continuity::kBroken;
      return slice;
    }
    const auto known = static_cast<std::ptrdiff_t>(number + 1 - oldest);
    const auto count = std::min(most, kept.events.size() - static_cast<std::size_t>(known));
    slice.events.assign(kept.events.begin() + known,
                        kept.events.begin() + known + static_cast<std::ptrdiff_t>(count));
    return slice;
  });
}

void EventFeed::on_publish(std::function<void()> told) {
  m_kept.with([&](Kept& kept) { kept.told = std::move(told); });
}

void EventFeed::wait_for_newer(std::uint64_t number, std::chrono::milliseconds limit) {
  m_kept.when_or_after(
      limit, [&](const Kept& kept) { return kept.newest > number || kept.waits_ended; },
      [](const Kept&) {});
}

void EventFeed::end_waits() {
  m_kept.with([](Kept& kept) { kept.waits_ended = true; });
  m_kept.notify_all();
}

}  // namespace leadkeep::inbox
