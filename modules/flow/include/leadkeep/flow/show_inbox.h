// leadkeep/flow/show_inbox.h — the path of a read: permit ─ read ─ mask ─ audit ─ release
//
// What is read leaves only after its audit entry is durable.
// Errors   kNotFound      no such conversation or lead
//          kInvalidInput  a cursor that was not given out for this list; what is no number, address or name
// Threads  any
#pragma once
#include <leadkeep/base/pii.h>
#include <leadkeep/flow/guesses.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/page.h>
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/views.h>

#include <optional>
#include <string>

namespace leadkeep::flow {

inline constexpr std::size_t kMaxBatch = 50;        // objects that are named in one request
inline constexpr std::size_t kMaxLookedAt = 1'000;  // conversations, for one page

struct InboxQuery {
  std::optional<inbox::ConversationStatus> status;

  struct Unassigned {};

  std::optional<std::variant<AgentId, Unassigned>> assignee;
  // Among these, those that have the tag, and something or nothing unread. They are looked for in at most
  // kMaxLookedAt conversations, so that a page may hold fewer than there are, and a cursor behind it.
  std::optional<std::string> tag;
  std::optional<bool> unread;
  inbox::InboxOrder order = inbox::InboxOrder::kNewestFirst;
  std::size_t limit = kDefaultPage;  // 1…kMaxPage
  std::string cursor;                // empty: from the beginning
};

struct MessageQuery {
  std::size_t limit = kDefaultPage;
  std::string cursor;
  enum class Order : std::uint8_t { kNewestFirst, kOldestFirst } order = Order::kNewestFirst;
  // Who takes the state of messages and not their text has not read them.
  enum class For : std::uint8_t { kReading, kState } purpose = For::kReading;
};

struct LeadQuery {
  enum class By : std::uint8_t { kPhone, kEmail, kName, kHandle } by;
  Pii<std::string> value;  // as somebody writes it
};

class ShowInbox {
 public:
  explicit ShowInbox(House& house) noexcept : m_house{house} {}

  [[nodiscard]] Result<Page<inbox::MaskedConversation>> conversations(
      const identity::Permit<identity::Action::kReadInbox>& permit, const InboxQuery& query);
  // Those of these that there are, in this order; at most kMaxBatch, each named once. Each is on record by
  // itself, as is each that is not there. They are what the list shows, so that its permit is enough.
  [[nodiscard]] Result<std::vector<inbox::MaskedConversation>> named_conversations(
      const identity::Permit<identity::Action::kReadInbox>& permit,
      const std::vector<ConversationId>& ids);
  [[nodiscard]] Result<inbox::MaskedConversation> conversation(
      const identity::Permit<identity::Action::kReadConversation>& permit,
      const ConversationId& id);
  // Whoever has seen the newest message has read the conversation.
  [[nodiscard]] Result<Page<inbox::MaskedMessage>> messages(
      const identity::Permit<identity::Action::kReadConversation>& permit, const ConversationId& id,
      const MessageQuery& query);
  [[nodiscard]] Result<inbox::MaskedLead> lead(
      const identity::Permit<identity::Action::kReadLead>& permit, const LeadId& id);
  // The same.
  [[nodiscard]] Result<std::vector<inbox::MaskedLead>> named_leads(
      const identity::Permit<identity::Action::kReadLead>& permit, const std::vector<LeadId>& ids);
  // Those with this number, address, handle or whole name, the newest first and kMaxBatch at most; on record
  // either way.
  // kForbidden for what the viewer may not see at all: whose it is would say it; kTooManyRequests after
  // kMostGuesses numbers and addresses of nobody within an hour.
  [[nodiscard]] Result<std::vector<inbox::MaskedLead>> search_leads(
      const identity::Permit<identity::Action::kReadLead>& permit, const LeadQuery& query);
  // Puts on record that events are followed from now on. Events hold ids only.
  [[nodiscard]] Result<void> follow(
      const identity::Permit<identity::Action::kFollowEvents>& permit);

 private:
  House& m_house;
  Guesses m_guesses;  // of numbers and addresses
};

}  // namespace leadkeep::flow
