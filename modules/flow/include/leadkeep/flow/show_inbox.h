// leadkeep/flow/show_inbox.h — the path of a read: permit ─ read ─ mask ─ audit ─ release
//
// What is read leaves only after its audit entry is durable.
// Errors   kNotFound      no such conversation or lead
//          kInvalidInput  a cursor that was not given out for this list
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/views.h>

#include <optional>
#include <string>

namespace leadkeep::flow {

inline constexpr std::size_t kMaxPage = 100;
inline constexpr std::size_t kDefaultPage = 50;

template <class Item>
struct Page {
  std::vector<Item> items;
  std::optional<std::string> next_cursor;  // opaque; absent on the last page
};

struct InboxQuery {
  std::optional<inbox::ConversationStatus> status;

  struct Unassigned {};

  std::optional<std::variant<AgentId, Unassigned>> assignee;
  std::size_t limit = kDefaultPage;  // 1…kMaxPage
  std::string cursor;                // empty: from the newest
};

struct MessageQuery {
  std::size_t limit = kDefaultPage;
  std::string cursor;
};

class ShowInbox {
 public:
  explicit ShowInbox(House& house) noexcept : m_house{house} {}

  [[nodiscard]] Result<Page<inbox::MaskedConversation>> conversations(
      const identity::Permit<identity::Action::kReadInbox>& permit, const InboxQuery& query);
  [[nodiscard]] Result<inbox::MaskedConversation> conversation(
      const identity::Permit<identity::Action::kReadConversation>& permit,
      const ConversationId& id);
  // Newest first. Reading the newest page marks the conversation as read.
  [[nodiscard]] Result<Page<inbox::MaskedMessage>> messages(
      const identity::Permit<identity::Action::kReadConversation>& permit, const ConversationId& id,
      const MessageQuery& query);
  [[nodiscard]] Result<inbox::MaskedLead> lead(
      const identity::Permit<identity::Action::kReadLead>& permit, const LeadId& id);
  // Puts on record that events are followed from now on. Events hold ids only.
  [[nodiscard]] Result<void> follow(
      const identity::Permit<identity::Action::kFollowEvents>& permit);

 private:
  House& m_house;
};

}  // namespace leadkeep::flow
