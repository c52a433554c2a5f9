// leadkeep/inbox/conversations.h — the shared inbox: conversations and their order
//
// A conversation is found by its id, or in two orders that cost what the page costs, from either end: by
// status and last activity, and by assignee, status and last activity. Every save keeps both orders.
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/inbox/views.h>
#include <leadkeep/store/records/conversation.pb.h>
#include <leadkeep/store/transaction.h>

#include <chrono>
#include <optional>
#include <variant>
#include <vector>

namespace leadkeep::inbox {

// The customer service window of the WhatsApp Cloud API.
inline constexpr std::chrono::hours kServiceWindow{24};

struct ConversationPlace {
  ConversationId conversation;
  LeadId lead;
};

// Where a listing goes on: after this activity and conversation.
struct InboxPosition {
  Timestamp last_activity;
  ConversationId conversation;
};

enum class InboxOrder : std::uint8_t { kNewestFirst, kOldestFirst };  // by last activity

struct ListedConversation {
  InboxPosition position;
  LeadId lead;
};

struct InboxFilter {
  std::optional<ConversationStatus> status;        // all three if absent
  std::optional<std::optional<AgentId>> assignee;  // an agent, or (inner absent) nobody
};

class Conversations {
 public:
  // Nothing also when the lead was erased.
  [[nodiscard]] Result<std::optional<records::Conversation>> find(store::ReadTxn& txn,
                                                                  const ConversationId& id) const;
  [[nodiscard]] Result<records::Conversation> load(store::ReadTxn& txn,
                                                   const ConversationPlace& place) const;
  [[nodiscard]] records::Conversation make(const ConversationId& id, const LeadId& lead,
                                           std::string_view phone_number_id, Timestamp now) const;
  // `before` is what was loaded, absent for a new conversation. The version is the caller's to
  // raise: it stands for what agents decide (status, assignee, tags), not for every message.
  [[nodiscard]] Result<void> save(store::WriteTxn& txn,
                                  const std::optional<records::Conversation>& before,
                                  records::Conversation& after) const;
  // From every list; what it says of whose its messages are stays until erase_place().
  [[nodiscard]] Result<void> erase(store::WriteTxn& txn,
                                   const records::Conversation& conversation) const;
  [[nodiscard]] Result<void> erase_place(store::WriteTxn& txn,
                                         const ConversationPlace& place) const;
  // At most `limit`, after `position` in the order, if there is one.
  [[nodiscard]] Result<std::vector<ListedConversation>> list(
      store::ReadTxn& txn, const InboxFilter& filter, InboxOrder order,
      const std::optional<InboxPosition>& position, std::size_t limit) const;
};

[[nodiscard]] LeadId lead_of(const records::Conversation& conversation);
[[nodiscard]] ConversationId id_of(const records::Conversation& conversation);

}  // namespace leadkeep::inbox
