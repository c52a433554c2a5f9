// leadkeep/identity/policy.h — roles → actions, and field class × role → clear, masked or hidden
//
// Deny is the empty policy: an action that no role of an agent is given is refused, and a field
// that no role may see is hidden. Having several roles adds up: the most open of them counts.
//
// The default:
//   agent       reads the inbox and leads (masked), replies, writes notes, takes and gives back
//               conversations, opens and closes them, enters and changes leads, records consent,
//               follows events
//   supervisor  the same, assigns to others, and reveals identifiers
//   privacy_officer
//               finds and changes leads, keeps their consents, erases them, and holds what must not be
//               erased; no conversation, no event
//   auditor     reads the trail, has it signed and proven; no conversation, no lead, no event
//   admin       manages agents and clients; no conversation, no lead, no event
//   break_glass the same by name, and does not even list them
#pragma once
#include <leadkeep/clients/client.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace leadkeep::identity {

// Stored and audited by value; never renumber.
enum class Role : std::uint8_t {
  kAgent = 1,
  kSupervisor = 2,
  kAdmin = 3,
  kBreakGlass = 4,  // of nobody by name; see break_glass.h
  kAuditor = 5,
  kPrivacyOfficer = 6,
};

enum class Action : std::uint8_t {
  kReadInbox = 1,
  kReadConversation = 2,
  kReadLead = 3,
  kReply = 4,
  kWriteNote = 5,
  kChangeConversation = 6,  // status, tags, take and give back
  kAssignOthers = 7,
  kReadConsents = 8,
  kRecordConsent = 9,
  kFollowEvents = 10,
  kListAgents = 11,
  kManageAgents = 12,  // add, disable, enable, reset a second factor
  kListAccounts = 13,
  kManageClients = 14,  // add, approve, suspend, resume, revoke, change
  kListClients = 15,
  kWriteLead = 16,  // enter one, change its name and identifiers
  kReveal = 17,     // identifiers in clear
  kReadAudit = 18,
  kErase = 19,  // a person, for good
  kHold = 20,   // so that nobody does
};

// Done shortly after a proof of who acts only: a session that was left open must not do it.
[[nodiscard]] bool needs_step_up(Action action) noexcept;

// What a client needs so that an agent may do this through it.
[[nodiscard]] constexpr clients::Scope scope_of(Action action) noexcept {
  using clients::Scope;
  switch (action) {
    case Action::kReadInbox:
    case Action::kReadConversation:
      return Scope::kReadConversations;
    case Action::kWriteNote:
    case Action::kChangeConversation:
    case Action::kAssignOthers:
      return Scope::kWriteConversations;
    case Action::kReply:
      return Scope::kSendMessages;
    case Action::kReadLead:
      return Scope::kReadLeads;
    case Action::kWriteLead:
      return Scope::kWriteLeads;
    case Action::kReveal:
      return Scope::kRevealLeads;
    case Action::kReadAudit:
      return Scope::kReadAudit;
    case Action::kErase:
    case Action::kHold:
      return Scope::kEraseLeads;
    case Action::kReadConsents:
      return Scope::kReadConsents;
    case Action::kRecordConsent:
      return Scope::kWriteConsents;
    case Action::kFollowEvents:
      return Scope::kReadEvents;
    case Action::kListAgents:
      return Scope::kReadAgents;
    case Action::kManageAgents:
    case Action::kListAccounts:
    case Action::kManageClients:
    case Action::kListClients:
      break;
  }
  return Scope::kAdministration;
}

// What a program may do by itself, with nobody signed in, if its own scopes say so.
[[nodiscard]] constexpr bool is_for_programs(Action action) noexcept {
  return clients::is_reading(scope_of(action));
}

enum class FieldClass : std::uint8_t { kPhone, kEmail, kWhatsAppId, kProfileName, kMessageText };

// What a client needs so that an agent may see this through it.
[[nodiscard]] clients::RecordClass record_class_of(FieldClass field) noexcept;

// Ordered: the larger shows more.
enum class Visibility : std::uint8_t { kHidden = 0, kMasked = 1, kClear = 2 };

enum class Verdict { kAllowed, kRefused };

[[nodiscard]] std::string_view name_of(Role role) noexcept;
// A role that may be given to somebody.
[[nodiscard]] std::optional<Role> parse_role(std::string_view name) noexcept;
[[nodiscard]] std::string_view name_of(Action action) noexcept;

class Policy {
 public:
  Policy() = default;  // refuses everything
  [[nodiscard]] static Policy defaults();

  [[nodiscard]] Verdict decide(std::span<const Role> roles, Action action) const;
  [[nodiscard]] Visibility visibility(std::span<const Role> roles, FieldClass field) const;

  void allow(Role role, std::initializer_list<Action> actions);
  void show(Role role, FieldClass field, Visibility visibility);

 private:
  std::map<Role, std::set<Action>> m_actions;
  std::map<std::pair<Role, FieldClass>, Visibility> m_fields;
};

}  // namespace leadkeep::identity
