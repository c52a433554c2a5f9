// leadkeep/inbox/views.h — message path, show: what may leave the daemon
//
// The only forms of a lead, a conversation and a message that the API can serialise. They are made
// by show.h from the sealed records and a Viewer, so nothing in them is more than the viewer may
// see.
// Units    times UTC, milliseconds; spans count Unicode code points of the body they belong to
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/privacy/mask.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::inbox {

enum class ConversationStatus : std::uint8_t { kOpen = 1, kPending = 2, kClosed = 3 };
[[nodiscard]] std::string_view name_of(ConversationStatus status) noexcept;
[[nodiscard]] std::optional<ConversationStatus> parse_status(std::string_view name) noexcept;

class Showing;  // show.h

struct LeadSummary {
  LeadId id;
  std::string handle;
  std::optional<std::string> display_name;  // absent when hidden or unknown
};

// One message or note as the viewer may see it.
class MaskedMessage {
 public:
  [[nodiscard]] const MessageId& id() const noexcept { return m_id; }

  [[nodiscard]] std::uint64_t seq() const noexcept { return m_seq; }

  [[nodiscard]] std::string_view direction() const noexcept {
    return m_direction;
  }  // inbound, outbound, note

  [[nodiscard]] const std::string& type() const noexcept { return m_type; }

  // Absent for a type that is not supported here yet, or when hidden.
  [[nodiscard]] const std::optional<privacy::MaskedText>& text() const noexcept { return m_text; }

  // received, queued, unknown, accepted, sent, delivered, read, played, failed, parked, noted
  [[nodiscard]] std::string_view status() const noexcept { return m_status; }

  [[nodiscard]] const std::string& failure() const noexcept {
    return m_failure;
  }  // stable code, or empty

  [[nodiscard]] const std::optional<AgentId>& author() const noexcept { return m_author; }

  [[nodiscard]] Timestamp sent_at() const noexcept { return m_sent_at; }

  // How often it was sent again because the outcome of a try was unknown.
  [[nodiscard]] std::uint32_t resends_after_unknown() const noexcept { return m_resends; }

  [[nodiscard]] bool is_supported() const noexcept { return m_supported; }

 private:
  friend class Showing;
  MaskedMessage() = default;

  MessageId m_id;
  std::uint64_t m_seq = 0;
  std::string_view m_direction;
  std::string m_type;
  std::optional<privacy::MaskedText> m_text;
  std::string_view m_status;
  std::string m_failure;
  std::optional<AgentId> m_author;
  Timestamp m_sent_at;
  std::uint32_t m_resends = 0;
  bool m_supported = true;
};

class MaskedConversation {
 public:
  [[nodiscard]] const ConversationId& id() const noexcept { return m_id; }

  [[nodiscard]] const LeadSummary& lead() const noexcept { return m_lead; }

  [[nodiscard]] ConversationStatus status() const noexcept { return m_status; }

  [[nodiscard]] const std::optional<AgentId>& assignee() const noexcept { return m_assignee; }

  [[nodiscard]] const std::vector<std::string>& tags() const noexcept { return m_tags; }

  [[nodiscard]] std::uint64_t unread() const noexcept { return m_unread; }

  [[nodiscard]] const std::optional<MaskedMessage>& last_message() const noexcept {
    return m_last_message;
  }

  [[nodiscard]] Timestamp last_activity_at() const noexcept { return m_last_activity_at; }

  [[nodiscard]] const std::optional<Timestamp>& window_expires_at() const noexcept {
    return m_window_expires_at;
  }

  [[nodiscard]] std::uint64_t version() const noexcept {
    return m_version;
  }  // for ETag and If-Match

 private:
  friend class Showing;
  MaskedConversation() = default;

  ConversationId m_id;
  LeadSummary m_lead;
  ConversationStatus m_status = ConversationStatus::kOpen;
  std::optional<AgentId> m_assignee;
  std::vector<std::string> m_tags;
  std::uint64_t m_unread = 0;
  std::optional<MaskedMessage> m_last_message;
  Timestamp m_last_activity_at;
  std::optional<Timestamp> m_window_expires_at;
  std::uint64_t m_version = 0;
};

struct MaskedIdentifier {
  IdentifierId id;
  std::string_view kind;  // whatsapp_id, bsuid, phone, email
  std::string value;      // as the viewer may see it
  bool masked = true;
};

class MaskedLead {
 public:
  [[nodiscard]] const LeadSummary& summary() const noexcept { return m_summary; }

  [[nodiscard]] const std::vector<MaskedIdentifier>& identifiers() const noexcept {
    return m_identifiers;
  }

  // Nothing: the person has not written yet.
  [[nodiscard]] const std::optional<ConversationId>& conversation() const noexcept {
    return m_conversation;
  }

  [[nodiscard]] Timestamp created_at() const noexcept { return m_created_at; }

  // Somebody has to keep it: it is not erased.
  [[nodiscard]] bool is_on_hold() const noexcept { return m_is_on_hold; }

  [[nodiscard]] std::uint64_t version() const noexcept {
    return m_version;
  }  // for ETag and If-Match

 private:
  friend class Showing;
  MaskedLead() = default;

  LeadSummary m_summary;
  std::vector<MaskedIdentifier> m_identifiers;
  std::optional<ConversationId> m_conversation;
  Timestamp m_created_at;
  bool m_is_on_hold = false;
  std::uint64_t m_version = 0;
};

}  // namespace leadkeep::inbox
