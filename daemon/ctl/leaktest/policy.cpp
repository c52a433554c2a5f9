#include "policy.h"

#include <algorithm>
#include <array>

namespace leadkeep::leaktest {
namespace {

constexpr unsigned bit(Role role) {
  return static_cast<unsigned>(role);
}

constexpr unsigned kReaders = bit(Role::kAgent) | bit(Role::kSupervisor);
constexpr unsigned kOfficers = bit(Role::kPrivacyOfficer);
constexpr unsigned kLeadReaders = kReaders | kOfficers;
constexpr unsigned kStaff = kLeadReaders | bit(Role::kAdmin);
constexpr unsigned kAdmins = bit(Role::kAdmin);
constexpr unsigned kAuditors = bit(Role::kAuditor);
constexpr unsigned kSignedIn = kStaff | kAuditors;
constexpr unsigned kOperators = bit(Role::kOperator);
constexpr unsigned kAnybody = bit(Role::kNobody) | kSignedIn;

constexpr auto kBody = Surface::kAnswerBody;
constexpr auto kHead = Surface::kAnswerHead;
constexpr auto kMemory = Surface::kMemory;
constexpr auto kMay = Row::Need::kMay;
constexpr auto kMust = Row::Need::kMustBeSeen;

constexpr std::string_view kList = "GET /v1/conversations";
constexpr std::string_view kOne = "GET /v1/conversations/{id}";
constexpr std::string_view kMessages = "GET /v1/conversations/{id}/messages";
constexpr std::string_view kChange = "PATCH /v1/conversations/{id}";
constexpr std::string_view kLead = "GET /v1/leads/{id}";
constexpr std::string_view kLeads = "GET /v1/leads";
constexpr std::string_view kSearch = "POST /v1/leads/search";
constexpr std::string_view kChangeLead = "PATCH /v1/leads/{id}";
constexpr std::string_view kReveal = "POST /v1/leads/{id}/reveal";
constexpr std::string_view kConsents = "GET /v1/leads/{id}/consents";

constexpr std::string_view kOffer = "POST /v1/session/second-factor/totp";
constexpr std::string_view kConfirm = "POST /v1/session/second-factor/totp/confirm";
constexpr std::string_view kPassword = "POST /v1/session/password";
constexpr std::string_view kStepUp = "POST /v1/session/step-up";
constexpr std::string_view kNewPasskey = "POST /v1/session/second-factor/passkey-options";
constexpr std::string_view kNoPasskey = "DELETE /v1/session/second-factor/passkeys/{id}";
constexpr std::string_view kPasskey = "POST /v1/session/second-factor/passkeys";
constexpr std::string_view kDevices = "POST /v1/session/second-factor/devices";
constexpr std::string_view kOwnDevices = "GET /v1/session/second-factor/devices";
constexpr std::string_view kNewPaper = "POST /v1/session/second-factor/recovery-codes";

constexpr std::string_view kWords = "the words of a conversation are what an agent works with";
constexpr std::string_view kPlainName = "a name without contact data is shown";
constexpr std::string_view kRevealed = "a supervisor who names a reason sees a number";
constexpr std::string_view kColleague = "colleagues know each other by name";
constexpr std::string_view kOwnSecret = "shown once, to the one who has to keep it";
constexpr std::string_view kOwnCookie = "in a cookie, to the browser that has the key of it";
constexpr std::string_view kOwnLabel = "words that agents themselves gave";
constexpr std::string_view kEmployees =
    "data of the company's own people, written by an administrator";
constexpr std::string_view kClientWords = "what an administrator wrote about a program";
constexpr std::string_view kEcho = "an error names the unknown member to the one who sent it";
constexpr std::string_view kInUse =
    "in use as long as the daemon runs; key pages and secrets "
    "cannot be read from outside";

// No row, no sight. Nothing is allowed in the log, the metrics, the process's public face and the
// files, so they have no rows.
constexpr std::array kTable{
    // The inbox, for those who answer.
    Row{MarkKind::kName, kBody, kReaders, kList, kMust, kPlainName},
    Row{MarkKind::kName, kBody, kReaders, kOne, kMust, kPlainName},
    Row{MarkKind::kName, kBody, kReaders, kChange, kMay, kPlainName},
    Row{MarkKind::kName, kBody, kLeadReaders, kLead, kMust, kPlainName},
    Row{MarkKind::kName, kBody, kLeadReaders, kLeads, kMust, kPlainName},
    Row{MarkKind::kName, kBody, kLeadReaders, kSearch, kMust, kPlainName},
    Row{MarkKind::kName, kBody, kLeadReaders, kChangeLead, kMust, kPlainName},
    Row{MarkKind::kText, kBody, kReaders, kMessages, kMust, kWords},
    Row{MarkKind::kText, kBody, kReaders, kList, kMay, kWords},
    Row{MarkKind::kText, kBody, kReaders, kOne, kMay, kWords},
    Row{MarkKind::kText, kBody, kReaders, kChange, kMay, kWords},
    Row{MarkKind::kNote, kBody, kReaders, kMessages, kMust, kWords},
    Row{MarkKind::kNote, kBody, kReaders, kList, kMay, kWords},
    Row{MarkKind::kNote, kBody, kReaders, kOne, kMay, kWords},
    Row{MarkKind::kNote, kBody, kReaders, kChange, kMay, kWords},
    Row{MarkKind::kReply, kBody, kReaders, kMessages, kMay, kWords},
    Row{MarkKind::kReply, kBody, kReaders, kList, kMay, kWords},
    Row{MarkKind::kReply, kBody, kReaders, kOne, kMay, kWords},
    Row{MarkKind::kReply, kBody, kReaders, kChange, kMay, kWords},
    Row{MarkKind::kTag, kBody, kReaders, kList, kMay, kOwnLabel},
    Row{MarkKind::kTag, kBody, kReaders, kOne, kMust, kOwnLabel},
    Row{MarkKind::kTag, kBody, kReaders, kChange, kMust, kOwnLabel},
    Row{MarkKind::kWrittenWord, kBody, kReaders, kMessages, kMust, kWords},
    Row{MarkKind::kWrittenWord, kBody, kReaders, kList, kMay, kWords},
    Row{MarkKind::kWrittenWord, kBody, kReaders, kOne, kMay, kWords},
    Row{MarkKind::kWrittenWord, kBody, kReaders, kChange, kMay, kWords},
    Row{MarkKind::kWrittenWord, kBody, kLeadReaders, kConsents, kMay, kOwnLabel},
    // A name that somebody has given to a lead.
    Row{MarkKind::kWrittenWord, kBody, kLeadReaders, kLead, kMay, kOwnLabel},
    Row{MarkKind::kWrittenWord, kBody, kLeadReaders, kLeads, kMay, kOwnLabel},
    Row{MarkKind::kWrittenWord, kBody, kLeadReaders, kSearch, kMay, kOwnLabel},
    Row{MarkKind::kWrittenWord, kBody, kLeadReaders, kChangeLead, kMay, kOwnLabel},
    // For a reason, on record.
    Row{MarkKind::kPhone, kBody, bit(Role::kSupervisor), kReveal, kMust, kRevealed},

    // Colleagues.
    Row{MarkKind::kAgentName, kBody, kStaff, "GET /v1/agents", kMust, kColleague},
    Row{MarkKind::kAgentName, kBody, kSignedIn, "GET /v1/session", kMust, "who am I"},
    Row{MarkKind::kAgentUserName, kBody, kSignedIn, "GET /v1/session", kMust, "who am I"},
    Row{MarkKind::kAgentName, kBody, kAnybody, "POST /v1/sessions", kMay,
        "the answer to a correct log-in"},
    Row{MarkKind::kAgentUserName, kBody, kAnybody, "POST /v1/sessions", kMay,
        "the answer to a correct log-in"},
    Row{MarkKind::kToken, kBody, kAnybody, "POST /v1/sessions", kMust,
        "shown once, to the one who logged in"},

    // The second factor: each secret once, to the one whose it is, or who gives it to them.
    Row{MarkKind::kTotpSecret, kBody, kSignedIn, kOffer, kMust, kOwnSecret},
    Row{MarkKind::kAgentUserName, kBody, kSignedIn, kOffer, kMust,
        "the app shows whose code it is"},
    Row{MarkKind::kRecoveryCode, kBody, kSignedIn, kConfirm, kMust, kOwnSecret},
    Row{MarkKind::kToken, kBody, kSignedIn, kConfirm, kMust, kOwnSecret},
    Row{MarkKind::kAgentName, kBody, kSignedIn, kConfirm, kMust, "who am I"},
    Row{MarkKind::kAgentUserName, kBody, kSignedIn, kConfirm, kMust, "who am I"},
    Row{MarkKind::kEnrolmentToken, kBody, kOperators, "POST /clients", kMust, kOwnSecret},
    Row{MarkKind::kEnrolmentToken, kBody, kOperators, "POST /clients/invite", kMust, kOwnSecret},
    Row{MarkKind::kEnrolmentToken, kBody, kAdmins, "POST /v1/admin/clients", kMust, kOwnSecret},
    Row{MarkKind::kEnrolmentToken, kBody, kAdmins, "POST /v1/admin/clients/{id}/invite", kMay,
        kOwnSecret},
    Row{MarkKind::kToken, kBody, kSignedIn, "POST /v1/session/delegations", kMust, kOwnSecret},
    // What a session was given on for.
    Row{MarkKind::kWrittenWord, kBody, kLeadReaders, "GET /v1/sessions", kMay, kOwnLabel},
    Row{MarkKind::kAdminWord, kBody, kAdmins | kAuditors, "GET /v1/sessions", kMay, kOwnLabel},
    // Which words are on the trail as what for, and as whose case.
    Row{MarkKind::kWrittenWord, kBody, kAuditors, "GET /v1/audit", kMay, kOwnLabel},
    Row{MarkKind::kAdminWord, kBody, kAuditors, "GET /v1/audit", kMay, kOwnLabel},
    // Webhooks may be switched off.
    Row{MarkKind::kWebhookSecret, kBody, kOperators, "POST /clients/webhook", kMay, kOwnSecret},
    Row{MarkKind::kWebhookSecret, kBody, kOperators, "POST /clients/webhook/secret", kMay,
        kOwnSecret},
    Row{MarkKind::kWebhookSecret, kBody, kAdmins, "POST /v1/admin/clients/{id}/webhook", kMay,
        kOwnSecret},
    Row{MarkKind::kWebhookSecret, kBody, kAdmins, "POST /v1/admin/clients/{id}/webhook/secret",
        kMay, kOwnSecret},
    Row{MarkKind::kBreakGlassCode, kBody, kOperators, "POST /break-glass", kMust, kOwnSecret},
    Row{MarkKind::kToken, kBody, bit(Role::kNobody), "POST /v1/break-glass", kMust, kOwnSecret},
    Row{MarkKind::kToken, kBody, kSignedIn, kStepUp, kMust, kOwnSecret},
    Row{MarkKind::kAgentName, kBody, kSignedIn, kStepUp, kMust, "who am I"},
    Row{MarkKind::kAgentUserName, kBody, kSignedIn, kStepUp, kMust, "who am I"},
    Row{MarkKind::kRecoveryCode, kBody, kSignedIn, kNewPaper, kMust, kOwnSecret},
    Row{MarkKind::kToken, kBody, kSignedIn, kPassword, kMust, kOwnSecret},
    Row{MarkKind::kAgentName, kBody, kSignedIn, kPassword, kMust, "who am I"},
    Row{MarkKind::kAgentUserName, kBody, kSignedIn, kPassword, kMust, "who am I"},
    // Passkeys may be switched off.
    Row{MarkKind::kAgentName, kBody, kSignedIn, kNewPasskey, kMay,
        "the browser asks for whom it is"},
    Row{MarkKind::kAgentUserName, kBody, kSignedIn, kNewPasskey, kMay,
        "the browser asks for whom it is"},
    Row{MarkKind::kToken, kBody, kSignedIn, kPasskey, kMay, kOwnSecret},
    Row{MarkKind::kAgentName, kBody, kSignedIn, kPasskey, kMay, "who am I"},
    Row{MarkKind::kAgentUserName, kBody, kSignedIn, kPasskey, kMay, "who am I"},
    Row{MarkKind::kToken, kBody, kSignedIn, kNoPasskey, kMay, kOwnSecret},
    Row{MarkKind::kAgentName, kBody, kSignedIn, kNoPasskey, kMay, "who am I"},
    Row{MarkKind::kAgentUserName, kBody, kSignedIn, kNoPasskey, kMay, "who am I"},
    Row{MarkKind::kPasskeyName, kBody, kSignedIn, "GET /v1/session/second-factor", kMay, kOwnLabel},
    // So are pages.
    Row{MarkKind::kCookie, kHead, bit(Role::kSupervisor), "POST /v1/sessions", kMay, kOwnCookie},
    Row{MarkKind::kCookie, kHead, bit(Role::kSupervisor), kDevices, kMay, kOwnCookie},
    Row{MarkKind::kDeviceName, kBody, bit(Role::kSupervisor), kDevices, kMay, kOwnLabel},
    Row{MarkKind::kDeviceName, kBody, bit(Role::kSupervisor), kOwnDevices, kMay, kOwnLabel},
    Row{MarkKind::kDeviceName, kBody, kOperators, "POST /agents/devices", kMay, kEmployees},
    Row{MarkKind::kEnrolmentCode, kBody, kAdmins, "POST /v1/admin/agents/reset-second-factor",
        kMust, kOwnSecret},
    Row{MarkKind::kEnrolmentCode, kBody, kOperators, "POST /agents/reset-second-factor", kMust,
        kOwnSecret},

    Row{MarkKind::kAgentName, kBody, kAdmins, "GET /v1/admin/agents", kMust, kEmployees},
    Row{MarkKind::kAgentUserName, kBody, kAdmins, "GET /v1/admin/agents", kMust, kEmployees},
    Row{MarkKind::kAgentName, kBody, kOperators, "GET /agents", kMust, kEmployees},
    Row{MarkKind::kAgentUserName, kBody, kOperators, "GET /agents", kMust, kEmployees},
    Row{MarkKind::kAdminWord, kBody, kStaff, "GET /v1/agents", kMay, kEmployees},
    Row{MarkKind::kAdminPhone, kBody, kStaff, "GET /v1/agents", kMay, kEmployees},
    Row{MarkKind::kAdminEmail, kBody, kStaff, "GET /v1/agents", kMay, kEmployees},
    Row{MarkKind::kAdminWord, kBody, kAdmins, "GET /v1/admin/agents", kMust, kEmployees},
    Row{MarkKind::kAdminPhone, kBody, kAdmins, "GET /v1/admin/agents", kMay, kEmployees},
    Row{MarkKind::kAdminEmail, kBody, kAdmins, "GET /v1/admin/agents", kMay, kEmployees},
    Row{MarkKind::kAdminWord, kBody, kAdmins, "GET /v1/admin/clients", kMay, kClientWords},
    Row{MarkKind::kAdminWord, kBody, kAdmins, "GET /v1/admin/clients/{id}", kMay, kClientWords},
    Row{MarkKind::kAdminWord, kBody, kAdmins, "PATCH /v1/admin/clients/{id}", kMay, kClientWords},
    Row{MarkKind::kAdminWord, kBody, kOperators, "GET /clients", kMay, kClientWords},
    Row{MarkKind::kAdminPhone, kBody, kAdmins, "GET /v1/admin/clients", kMay, kClientWords},
    Row{MarkKind::kAdminPhone, kBody, kAdmins, "GET /v1/admin/clients/{id}", kMay, kClientWords},
    Row{MarkKind::kAdminPhone, kBody, kAdmins, "PATCH /v1/admin/clients/{id}", kMay, kClientWords},
    Row{MarkKind::kAdminPhone, kBody, kOperators, "GET /clients", kMay, kClientWords},
    Row{MarkKind::kAdminEmail, kBody, kAdmins, "GET /v1/admin/clients", kMay, kClientWords},
    Row{MarkKind::kAdminEmail, kBody, kAdmins, "GET /v1/admin/clients/{id}", kMay, kClientWords},
    Row{MarkKind::kAdminEmail, kBody, kAdmins, "PATCH /v1/admin/clients/{id}", kMay, kClientWords},
    Row{MarkKind::kAdminEmail, kBody, kOperators, "GET /clients", kMay, kClientWords},
    Row{MarkKind::kAdminWord, kBody, kOperators, "GET /agents", kMay, kEmployees},
    Row{MarkKind::kAdminPhone, kBody, kOperators, "GET /agents", kMay, kEmployees},
    Row{MarkKind::kAdminEmail, kBody, kOperators, "GET /agents", kMay, kEmployees},

    // A verify token is what the platform sent to prove itself; the challenge next to it comes
    // back.
    Row{MarkKind::kProbeWord, kBody, bit(Role::kPlatform), "GET /webhooks/whatsapp", kMay,
        "the challenge is repeated to the one who knows the verify token"},

    Row{MarkKind::kProbeWord, kBody, kAnybody | kOperators, "*", kMay, kEcho},

    // What the process needs while it runs.
    Row{MarkKind::kAppSecret, kMemory, 0, "*", kMay, kInUse},
    Row{MarkKind::kVerifyToken, kMemory, 0, "*", kMay, kInUse},
    Row{MarkKind::kAccessToken, kMemory, 0, "*", kMay, kInUse},
};

bool matches(std::string_view pattern, std::string_view where) noexcept {
  return pattern.ends_with('*') ? where.starts_with(pattern.substr(0, pattern.size() - 1))
                                : where == pattern;
}

}  // namespace

std::string_view name_of(Surface surface) noexcept {
  switch (surface) {
    case Surface::kAnswerHead:
      return "answer_head";
    case Surface::kAnswerBody:
      return "answer_body";
    case Surface::kLog:
      return "log";
    case Surface::kMetrics:
      return "metrics";
    case Surface::kProcess:
      return "process";
    case Surface::kFileNames:
      return "file_names";
    case Surface::kFiles:
      return "files";
    case Surface::kMemory:
      return "memory";
  }
  return "?";
}

std::string_view name_of(Role role) noexcept {
  switch (role) {
    case Role::kNobody:
      return "nobody";
    case Role::kAgent:
      return "agent";
    case Role::kSupervisor:
      return "supervisor";
    case Role::kAdmin:
      return "admin";
    case Role::kPlatform:
      return "platform";
    case Role::kOperator:
      return "operator";
    case Role::kAuditor:
      return "auditor";
    case Role::kPrivacyOfficer:
      return "privacy_officer";
  }
  return "?";
}

std::span<const Row> table() noexcept {
  return kTable;
}

bool covers(const Row& row, MarkKind kind, const Place& place) noexcept {
  const bool asked = place.surface == Surface::kAnswerBody || place.surface == Surface::kAnswerHead;
  return row.kind == kind && row.surface == place.surface && matches(row.where, place.where) &&
         (!asked || (row.roles & bit(place.role)) != 0);
}

Verdict judge(const Mark& mark, Spelling spelling, const Place& place) {
  // In memory a value in use may have any form; elsewhere an encoded one would be a way past people
  // who look.
  if (place.surface != Surface::kMemory && !is_plain(spelling)) {
    return Verdict::kLeak;
  }
  const bool allowed =
      std::ranges::any_of(kTable, [&](const Row& row) { return covers(row, mark.kind, place); });
  return allowed ? Verdict::kAllowed : Verdict::kLeak;
}

}  // namespace leadkeep::leaktest
