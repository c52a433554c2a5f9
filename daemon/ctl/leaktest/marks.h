// leaktest/marks.h — what is planted, and afterwards looked for
//
// A mark is a value that no running instance holds by accident: it is drawn anew for each run, and
// the shortest part of it that is looked for has seven random digits or eight random letters. Its
// kind says what it stands for, and the policy (policy.h) decides by the kind where it may be seen.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::leaktest {

enum class MarkKind : std::uint8_t {
  // Of the planted leads.
  kPhone,        // number that the lead writes from
  kPhoneInText,  // number in the text of a message
  kPhoneInName,  // number in the profile name
  kEmail,        // address in the text of a message
  kWhatsAppId,   // business-scoped user id
  kUserName,     // WhatsApp user name
  kWamid,        // WhatsApp's message id, which carries the phone number
  kName,         // plain profile name
  kText,         // word in the text of a message
  kUnsupported,  // word in a message of a type that is not shown yet
  // Written by agents of the run.
  kReply,
  kNote,
  kTag,
  kEvidence,
  kRepeatKey,    // Idempotency-Key
  kWrittenWord,  // what agents and supervisors put in place of each text member of a body
  kWrittenPhone,
  kWrittenEmail,
  kAdminWord,  // the same for administrators
  kAdminPhone,
  kAdminEmail,
  // In requests that have to be refused, and in places of a request that are never stored.
  kProbeWord,
  kProbePhone,
  kProbeEmail,
  // The agents of the run, and secrets.
  kAgentName,
  kAgentUserName,
  kPassword,
  kToken,
  kTotpSecret,     // of an agent's app, base32
  kRecoveryCode,   // of an agent's paper
  kEnrolmentCode,  // after a reset
  kBreakGlassCode,
  kEnrolmentToken,  // of a client
  kWebhookSecret,   // of one, too
  kPasskeyName,     // what an agent calls it
  kDeviceName,
  kCookie,  // a session's token or a device's secret
  kAppSecret,
  kVerifyToken,
  kAccessToken,
  kRootKey,
};

[[nodiscard]] std::string_view name_of(MarkKind kind) noexcept;

struct Mark {
  MarkKind kind;
  std::string value;  // a phone number is its international digits
};

[[nodiscard]] bool is_phone(MarkKind kind) noexcept;
[[nodiscard]] bool is_email(MarkKind kind) noexcept;

// The marks of one run. Values of a kind that is drawn once are found by their kind.
class Marks {
 public:
  // Draws every mark that does not come from the instance.
  [[nodiscard]] static Marks draw();

  void add(MarkKind kind, std::string value);

  // The first mark of the kind, which must be there.
  [[nodiscard]] const std::string& operator[](MarkKind kind) const;

  [[nodiscard]] const std::vector<Mark>& all() const noexcept { return m_marks; }

 private:
  std::vector<Mark> m_marks;
};

[[nodiscard]] std::string random_phone();  // "49151…", a valid German mobile number
[[nodiscard]] std::string random_word(std::size_t letters);  // lower-case consonants
[[nodiscard]] std::string capitalised(std::string word);

// A message id as WhatsApp makes them: base64 of bytes with the number in clear ASCII.
[[nodiscard]] std::string make_wamid(std::string_view address);

}  // namespace leadkeep::leaktest
