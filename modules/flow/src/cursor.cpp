#include "cursor.h"

#include <leadkeep/base/seeded_leak.h>

#include <utility>

namespace leadkeep::flow {
namespace {

// The first byte says for which list it is, and in which order.
constexpr std::byte kInboxCursor{1};
constexpr std::byte kMessageCursor{2};
constexpr std::byte kInboxCursorBack{3};
constexpr std::byte kMessageCursorOn{4};
constexpr std::byte kTrailCursor{5};
constexpr std::byte kTrailCursorOn{6};
constexpr std::size_t kIdSize = 16;
constexpr std::size_t kInboxSize = 1 + 8 + kIdSize;
constexpr std::size_t kMessageSize = 1 + kIdSize + 8;
constexpr std::size_t kTrailSize = 1 + 8;

std::byte kind_of(inbox::InboxOrder order) {
  return order == inbox::InboxOrder::kNewestFirst ? kInboxCursor : kInboxCursorBack;
}

std::byte kind_of(MessageQuery::Order order) {
  return order == MessageQuery::Order::kNewestFirst ? kMessageCursor : kMessageCursorOn;
}

std::byte kind_of(TrailQuery::Order order) {
  return order == TrailQuery::Order::kNewestFirst ? kTrailCursor : kTrailCursorOn;
}

Fail not_ours() {
  return fail(Errc::kInvalidInput, "the cursor was not given out for this list");
}

}  // namespace

std::string make_inbox_cursor(const inbox::InboxPosition& position, inbox::InboxOrder order) {
  Bytes out{kind_of(order)};
  append_be(out, static_cast<std::uint64_t>(position.last_activity.ms));
  append(out, position.conversation.bytes());
  LK_SEEDED_LEAK(phone_in_cursor, append(out, as_bytes(seeded::phone())));
  return to_base64url(out);
}

Result<std::optional<inbox::InboxPosition>> read_inbox_cursor(std::string_view text,
                                                              inbox::InboxOrder order) {
  if (text.empty()) {
    return std::optional<inbox::InboxPosition>{};
  }
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != kInboxSize || bytes->front() != kind_of(order)) {
    return not_ours();
  }
  const ByteView view{*bytes};
  return std::optional{inbox::InboxPosition{
      Timestamp{static_cast<std::int64_t>(read_be<std::uint64_t>(view.subspan(1)))},
      *ConversationId::from_bytes(view.subspan(9))}};
}

std::string make_message_cursor(const ConversationId& conversation, std::uint64_t seq,
                                MessageQuery::Order order) {
  Bytes out{kind_of(order)};
  append(out, conversation.bytes());
  append_be(out, seq);
  return to_base64url(out);
}

Result<std::uint64_t> read_message_cursor(std::string_view text, const ConversationId& conversation,
                                          MessageQuery::Order order) {
  if (text.empty()) {
    return std::uint64_t{0};
  }
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != kMessageSize || bytes->front() != kind_of(order)) {
    return not_ours();
  }
  const ByteView view{*bytes};
  const auto seq = read_be<std::uint64_t>(view.subspan(1 + kIdSize));
  if (!same_bytes(view.subspan(1, kIdSize), conversation.bytes()) || seq == 0 ||
      !std::in_range<std::int64_t>(seq)) {
    return not_ours();
  }
  return seq;
}

std::string make_trail_cursor(std::uint64_t number, TrailQuery::Order order) {
  Bytes out{kind_of(order)};
  append_be(out, number);
  return to_base64url(out);
}

Result<std::optional<std::uint64_t>> read_trail_cursor(std::string_view text,
                                                       TrailQuery::Order order) {
  if (text.empty()) {
    return std::optional<std::uint64_t>{};
  }
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != kTrailSize || bytes->front() != kind_of(order)) {
    return not_ours();
  }
  const auto number = read_be<std::uint64_t>(ByteView{*bytes}.subspan(1));
  return std::in_range<std::int64_t>(number) ? Result{std::optional{number}} : not_ours();
}

}  // namespace leadkeep::flow
