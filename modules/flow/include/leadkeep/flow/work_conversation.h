// leadkeep/flow/work_conversation.h — assign, open and close, tag, note
//
// Errors   kNotFound            no such conversation, or no such agent to assign
//          kPreconditionFailed  the conversation changed since the version that was named
//          kForbidden           assigning somebody else without the right to
//          kInvalidInput        a tag or a note that is not acceptable
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/idempotency.h>
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/views.h>

#include <variant>

namespace leadkeep::flow {

inline constexpr std::size_t kMaxTags = 20;
inline constexpr std::size_t kMaxTagBytes = 64;
inline constexpr std::size_t kMaxTextCharacters = 4'096;

struct Nobody {};

struct ConversationChange {
  std::optional<inbox::ConversationStatus> status;
  std::optional<std::variant<AgentId, Nobody>> assignee;
  std::optional<std::vector<std::string>> tags;
};

class WorkConversation {
 public:
  explicit WorkConversation(House& house) noexcept : m_house{house} {}

  // `may_assign_others` comes from the authoriser; without it an agent takes a conversation that
  // nobody has, or gives back its own.
  [[nodiscard]] Result<inbox::MaskedConversation> change(
      const identity::Permit<identity::Action::kChangeConversation>& permit,
      identity::Verdict may_assign_others, const ConversationId& id, std::uint64_t expected_version,
      const ConversationChange& change);

  [[nodiscard]] Result<MessageId> add_note(
      const identity::Permit<identity::Action::kWriteNote>& permit, const ConversationId& id,
      const Pii<std::string>& text, const std::optional<RepeatGuard>& guard);

 private:
  House& m_house;
};

}  // namespace leadkeep::flow
