// Cursors, which clients keep and send back. Only what we give out for a list is taken for it.
#include "cursor.h"
#include "fuzz_target.h"

#include <leadkeep/base/check.h>

#include <utility>

namespace leadkeep::flow {
namespace {

ConversationId some_conversation() {
  Ulid ulid{};
  ulid.fill(std::byte{0x41});
  return ConversationId{ulid};
}

// One answer for every cause.
void check_refusal(const Error& error) {
  LK_CHECK(error.code == Errc::kInvalidInput);
  LK_CHECK(error.detail == "the cursor was not given out for this list");
}

using inbox::InboxOrder;
using MessageOrder = MessageQuery::Order;

void check_inbox(std::string_view text, InboxOrder order) {
  const auto position = read_inbox_cursor(text, order);
  if (!position.ok()) {
    check_refusal(position.error());
    return;
  }
  LK_CHECK(position.value().has_value() == !text.empty());
  LK_CHECK(text.empty() || make_inbox_cursor(*position.value(), order) == text);
}

void check_messages(std::string_view text, const ConversationId& conversation, MessageOrder order) {
  const auto seq = read_message_cursor(text, conversation, order);
  if (!seq.ok()) {
    check_refusal(seq.error());
    return;
  }
  LK_CHECK((seq.value() == 0) == text.empty());
  if (!text.empty()) {
    LK_CHECK(make_message_cursor(conversation, seq.value(), order) == text);
    LK_CHECK(!read_inbox_cursor(text, InboxOrder::kNewestFirst).ok());
    LK_CHECK(!read_message_cursor(text, ConversationId{}, order).ok());
  }
}

// What is given out is taken back, and only for its own list in its own order.
void check_made(ByteView bytes) {
  if (bytes.size() < 8 + 16) {
    return;
  }
  const auto number = read_be<std::uint64_t>(bytes);
  const auto conversation = *ConversationId::from_bytes(bytes.subspan(8, 16));
  const Timestamp time{static_cast<std::int64_t>(number)};
  const auto inbox_cursor = make_inbox_cursor({time, conversation}, InboxOrder::kOldestFirst);
  const auto position = read_inbox_cursor(inbox_cursor, InboxOrder::kOldestFirst);
  LK_CHECK(position.ok() && position.value()->last_activity == time);
  LK_CHECK(position.value()->conversation == conversation);
  LK_CHECK(!read_inbox_cursor(inbox_cursor, InboxOrder::kNewestFirst).ok());
  LK_CHECK(!read_message_cursor(inbox_cursor, conversation, MessageOrder::kNewestFirst).ok());
  if (number > 0 && std::in_range<std::int64_t>(number)) {
    const auto cursor = make_message_cursor(conversation, number, MessageOrder::kOldestFirst);
    const auto seq = read_message_cursor(cursor, conversation, MessageOrder::kOldestFirst);
    LK_CHECK(seq.ok() && seq.value() == number);
    LK_CHECK(!read_message_cursor(cursor, conversation, MessageOrder::kNewestFirst).ok());
  }
}

void check_input(std::string_view input) {
  static const ConversationId conversation = some_conversation();
  for (const auto order : {InboxOrder::kNewestFirst, InboxOrder::kOldestFirst}) {
    check_inbox(input, order);
  }
  for (const auto order : {MessageOrder::kNewestFirst, MessageOrder::kOldestFirst}) {
    check_messages(input, conversation, order);
  }
  check_made(as_bytes(input));
}

}  // namespace
}  // namespace leadkeep::flow

LK_FUZZ_TARGET(leadkeep::flow::check_input)
