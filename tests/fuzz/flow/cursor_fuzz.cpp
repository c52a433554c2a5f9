// Cursors, which clients keep and send back. Only what we give out for a list is taken for it.
#include "cursor.h"
#include "fuzz_target.h"

#include <leadkeep/base/check.h>

#include <algorithm>

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

void check_inbox(std::string_view text) {
  const auto position = read_inbox_cursor(text);
  if (!position.ok()) {
    check_refusal(position.error());
    return;
  }
  LK_CHECK(position.value().has_value() == !text.empty());
  LK_CHECK(text.empty() || make_inbox_cursor(*position.value()) == text);
}

void check_messages(std::string_view text, const ConversationId& conversation) {
  const auto before = read_message_cursor(text, conversation);
  if (!before.ok()) {
    check_refusal(before.error());
    return;
  }
  LK_CHECK((before.value() == 0) == text.empty());
  if (!text.empty()) {
    LK_CHECK(make_message_cursor(conversation, before.value()) == text);
    LK_CHECK(!read_inbox_cursor(text).ok());
    LK_CHECK(!read_message_cursor(text, ConversationId{}).ok());
  }
}

// What is given out is taken back, and only for its own list.
void check_made(ByteView bytes) {
  if (bytes.size() < 8 + 16) {
    return;
  }
  const auto number = read_be<std::uint64_t>(bytes);
  const auto conversation = *ConversationId::from_bytes(bytes.subspan(8, 16));
  const Timestamp time{static_cast<std::int64_t>(number)};
  const auto inbox_cursor = make_inbox_cursor({time, conversation});
  const auto position = read_inbox_cursor(inbox_cursor);
  LK_CHECK(position.ok() && position.value()->last_activity == time);
  LK_CHECK(position.value()->conversation == conversation);
  LK_CHECK(!read_message_cursor(inbox_cursor, conversation).ok());
  if (number > 0) {
    const auto before =
        read_message_cursor(make_message_cursor(conversation, number), conversation);
    LK_CHECK(before.ok() && before.value() == number);
  }
}

void check_input(std::string_view input) {
  static const ConversationId conversation = some_conversation();
  check_inbox(input);
  check_messages(input, conversation);
  check_made(as_bytes(input));
}

}  // namespace
}  // namespace leadkeep::flow

LK_FUZZ_TARGET(leadkeep::flow::check_input)
