// Opaque positions in a list. A cursor holds internal ids and times only and is checked when it
// comes back; one that was not given out for the list is kInvalidInput.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/result.h>
#include <leadkeep/flow/show_evidence.h>
#include <leadkeep/flow/show_inbox.h>

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::flow {

[[nodiscard]] std::string make_inbox_cursor(const inbox::InboxPosition& position,
                                            inbox::InboxOrder order);
[[nodiscard]] Result<std::optional<inbox::InboxPosition>> read_inbox_cursor(
    std::string_view text, inbox::InboxOrder order);

// Behind the message with the number `seq`.
[[nodiscard]] std::string make_message_cursor(const ConversationId& conversation, std::uint64_t seq,
                                              MessageQuery::Order order);
// 0 for an empty cursor: from the beginning.
[[nodiscard]] Result<std::uint64_t> read_message_cursor(std::string_view text,
                                                        const ConversationId& conversation,
                                                        MessageQuery::Order order);

// Behind the entry of the trail with this number.
[[nodiscard]] std::string make_trail_cursor(std::uint64_t number, TrailQuery::Order order);
// Nothing for an empty cursor.
[[nodiscard]] Result<std::optional<std::uint64_t>> read_trail_cursor(std::string_view text,
                                                                     TrailQuery::Order order);

}  // namespace leadkeep::flow
