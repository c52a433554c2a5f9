// leadkeep/inbox/messages.h — the messages and notes of a conversation, in order of arrival
//
// A message is found by conversation and number, by its id, or by WhatsApp's id of it (through the
// blind index: that id contains the phone number). A status never goes backwards: sent < failed <
// delivered < read < played, since a message that was sent twice may have failed once; and whatever
// WhatsApp reports wins over what only we believed: queued, unknown, parked, failed before sending.
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/store/records/conversation.pb.h>
#include <leadkeep/store/records/message.pb.h>
#include <leadkeep/store/transaction.h>

#include <functional>
#include <optional>
#include <string_view>

namespace leadkeep::inbox {

struct MessagePlace {
  LeadId lead;
  ConversationId conversation;
  std::uint64_t seq = 0;
};

enum class StatusChange { kApplied, kKnownAlready };

class Messages {
 public:
  // Numbers the message, ties its ids to it and writes it. The conversation is saved by the caller.
  [[nodiscard]] Result<void> add(store::WriteTxn& txn, records::Conversation& conversation,
                                 records::Message& message) const;
  // Writes a message that was loaded.
  [[nodiscard]] Result<void> save(store::WriteTxn& txn, const MessagePlace& place,
                                  const records::Message& message) const;
  // The same, after WhatsApp has given it an id.
  [[nodiscard]] Result<void> tie_wamid(store::WriteTxn& txn, records::Message& message,
                                       std::string_view wamid) const;

  [[nodiscard]] Result<std::optional<MessageId>> find_by_wamid(store::ReadTxn& txn,
                                                               std::string_view wamid) const;
  [[nodiscard]] Result<std::optional<MessagePlace>> place_of(store::ReadTxn& txn,
                                                             const MessageId& id) const;
  // Nothing also when the lead was erased.
  [[nodiscard]] Result<std::optional<records::Message>> find(store::ReadTxn& txn,
                                                             const MessagePlace& place) const;
  using Visit = std::function<void(const records::Message& message)>;

  // Visits up to `limit` of them, newest first; those with a number below `before` (0 = from the
  // newest).
  [[nodiscard]] Result<void> walk_back(store::ReadTxn& txn, const LeadId& lead,
                                       const ConversationId& conversation, std::uint64_t before,
                                       std::size_t limit, const Visit& visit) const;
  // The same, oldest first, those with a number above `after`.
  [[nodiscard]] Result<void> walk(store::ReadTxn& txn, const LeadId& lead,
                                  const ConversationId& conversation, std::uint64_t after,
                                  std::size_t limit, const Visit& visit) const;
  // Removes up to `limit` of them, whether they open or not, with all that leads to them; how many there were.
  [[nodiscard]] Result<std::size_t> erase_some(store::WriteTxn& txn, const LeadId& lead,
                                               const ConversationId& conversation,
                                               std::size_t limit) const;
};

// Changes `message` if the status is news.
[[nodiscard]] StatusChange apply_status(records::Message& message, records::Message::Status status,
                                        Timestamp at, std::int64_t error_code);

}  // namespace leadkeep::inbox
