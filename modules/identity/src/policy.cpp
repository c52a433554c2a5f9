#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/identity/policy.h>

#include <algorithm>
#include <array>

namespace leadkeep::identity {
namespace {

struct RoleName {
  Role role;
  std::string_view name;
};

constexpr std::array kRoleNames = {
    RoleName{Role::kAgent, "agent"},     RoleName{Role::kSupervisor, "supervisor"},
    RoleName{Role::kAdmin, "admin"},     RoleName{Role::kBreakGlass, "break_glass"},
    RoleName{Role::kAuditor, "auditor"}, RoleName{Role::kPrivacyOfficer, "privacy_officer"},
};

}  // namespace

std::string_view name_of(Role role) noexcept {
  const auto it = std::ranges::find(kRoleNames, role, &RoleName::role);
  return it == kRoleNames.end() ? "?" : it->name;
}

std::optional<Role> parse_role(std::string_view name) noexcept {
  const auto it = std::ranges::find(kRoleNames, name, &RoleName::name);
  return it == kRoleNames.end() || it->role == Role::kBreakGlass ? std::nullopt
                                                                 : std::optional{it->role};
}

std::string_view name_of(Action action) noexcept {
  switch (action) {
    case Action::kReadInbox:
      return "read_inbox";
    case Action::kReadConversation:
      return "read_conversation";
    case Action::kReadLead:
      return "read_lead";
    case Action::kWriteLead:
      return "write_lead";
    case Action::kReveal:
      return "reveal";
    case Action::kReadAudit:
      return "read_audit";
    case Action::kErase:
      return "erase";
    case Action::kHold:
      return "hold";
    case Action::kReply:
      return "reply";
    case Action::kWriteNote:
      return "write_note";
    case Action::kChangeConversation:
      return "change_conversation";
    case Action::kAssignOthers:
      return "assign_others";
    case Action::kReadConsents:
      return "read_consents";
    case Action::kRecordConsent:
      return "record_consent";
    case Action::kFollowEvents:
      return "follow_events";
    case Action::kListAgents:
      return "list_agents";
    case Action::kManageAgents:
      return "manage_agents";
    case Action::kListAccounts:
      return "list_accounts";
    case Action::kManageClients:
      return "manage_clients";
    case Action::kListClients:
      return "list_clients";
  }
  return "?";
}

clients::RecordClass record_class_of(FieldClass field) noexcept {
  using clients::RecordClass;
  switch (field) {
    case FieldClass::kPhone:
      return RecordClass::kPhoneNumbers;
    case FieldClass::kEmail:
      return RecordClass::kEmailAddresses;
    case FieldClass::kWhatsAppId:
      return RecordClass::kWhatsAppIds;
    case FieldClass::kProfileName:
      return RecordClass::kNames;
    case FieldClass::kMessageText:
      break;
  }
  return RecordClass::kTexts;
}

bool needs_step_up(Action action) noexcept {
  return action == Action::kManageAgents || action == Action::kManageClients ||
         action == Action::kReveal || action == Action::kErase;
}

Policy Policy::defaults() {
  Policy policy;
  for (const Role role : {Role::kAgent, Role::kSupervisor}) {
    policy.allow(role, {Action::kReadInbox, Action::kReadConversation, Action::kReadLead,
                        Action::kWriteLead, Action::kReply, Action::kWriteNote,
                        Action::kChangeConversation, Action::kReadConsents, Action::kRecordConsent,
                        Action::kFollowEvents, Action::kListAgents});
    policy.show(role, FieldClass::kMessageText, Visibility::kMasked);
  }
  for (const Role role : {Role::kAgent, Role::kSupervisor, Role::kPrivacyOfficer}) {
    for (const FieldClass contact : {FieldClass::kPhone, FieldClass::kEmail,
                                     FieldClass::kWhatsAppId, FieldClass::kProfileName}) {
      policy.show(role, contact, Visibility::kMasked);
    }
  }
  policy.allow(Role::kPrivacyOfficer,
               {Action::kReadLead, Action::kWriteLead, Action::kReadConsents,
                Action::kRecordConsent, Action::kListAgents, Action::kErase, Action::kHold});
  policy.allow(Role::kSupervisor, {Action::kAssignOthers, Action::kReveal});
  policy.allow(Role::kAuditor, {Action::kReadAudit});
  policy.allow(Role::kAdmin, {Action::kListAgents, Action::kListAccounts, Action::kManageAgents,
                              Action::kListClients, Action::kManageClients});
  policy.allow(Role::kBreakGlass, {Action::kManageAgents});
  LK_SEEDED_LEAK(admin_reads,
                 policy.allow(Role::kAdmin, {Action::kReadInbox, Action::kReadConversation});
                 policy.show(Role::kAdmin, FieldClass::kMessageText, Visibility::kMasked));
  return policy;
}

Verdict Policy::decide(std::span<const Role> roles, Action action) const {
  const bool allowed = std::ranges::any_of(roles, [&](Role role) {
    const auto it = m_actions.find(role);
    return it != m_actions.end() && it->second.contains(action);
  });
  return allowed ? Verdict::kAllowed : Verdict::kRefused;
}

Visibility Policy::visibility(std::span<const Role> roles, FieldClass field) const {
  Visibility widest = Visibility::kHidden;
  for (const Role role : roles) {
    const auto it = m_fields.find({role, field});
    if (it != m_fields.end()) {
      widest = std::max(widest, it->second);
    }
  }
  return widest;
}

void Policy::allow(Role role, std::initializer_list<Action> actions) {
  m_actions[role].insert(actions);
}

void Policy::show(Role role, FieldClass field, Visibility visibility) {
  m_fields[{role, field}] = visibility;
}

}  // namespace leadkeep::identity
