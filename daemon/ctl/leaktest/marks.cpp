#include "marks.h"

#include "encode.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/random.h>

#include <algorithm>

namespace leadkeep::leaktest {
namespace {

// No vowels: a run of these is no word of any text that the instance may hold.
constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz";
constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kWordLetters = 14;

std::string random_of(std::string_view alphabet, std::size_t count) {
  std::string out;
  // Bytes beyond the last full round of the alphabet would make its first characters likelier.
  const unsigned limit = 256 - 256 % static_cast<unsigned>(alphabet.size());
  while (out.size() < count) {
    ByteArray<64> bytes;
    crypto::fill_random(bytes);
    for (const std::byte byte : bytes) {
      const auto value = std::to_integer<unsigned>(byte);
      if (value < limit && out.size() < count) {
        out.push_back(alphabet[value % alphabet.size()]);
      }
    }
  }
  return out;
}

std::string random_email() {
  return random_word(10) + "@" + random_word(10) + ".example";
}

}  // namespace

std::string_view name_of(MarkKind kind) noexcept {
  switch (kind) {
    case MarkKind::kPhone:
      return "phone";
    case MarkKind::kPhoneInText:
      return "phone_in_text";
    case MarkKind::kPhoneInName:
      return "phone_in_name";
    case MarkKind::kEmail:
      return "email";
    case MarkKind::kWhatsAppId:
      return "whatsapp_id";
    case MarkKind::kUserName:
      return "user_name";
    case MarkKind::kWamid:
      return "wamid";
    case MarkKind::kName:
      return "name";
    case MarkKind::kText:
      return "text";
    case MarkKind::kUnsupported:
      return "unsupported";
    case MarkKind::kReply:
      return "reply";
    case MarkKind::kNote:
      return "note";
    case MarkKind::kTag:
      return "tag";
    case MarkKind::kEvidence:
      return "evidence";
    case MarkKind::kRepeatKey:
      return "repeat_key";
    case MarkKind::kWrittenWord:
      return "written_word";
    case MarkKind::kWrittenPhone:
      return "written_phone";
    case MarkKind::kWrittenEmail:
      return "written_email";
    case MarkKind::kAdminWord:
      return "admin_word";
    case MarkKind::kAdminPhone:
      return "admin_phone";
    case MarkKind::kAdminEmail:
      return "admin_email";
    case MarkKind::kProbeWord:
      return "probe_word";
    case MarkKind::kProbePhone:
      return "probe_phone";
    case MarkKind::kProbeEmail:
      return "probe_email";
    case MarkKind::kAgentName:
      return "agent_name";
    case MarkKind::kAgentUserName:
      return "agent_user_name";
    case MarkKind::kPassword:
      return "password";
    case MarkKind::kToken:
      return "token";
    case MarkKind::kTotpSecret:
      return "totp_secret";
    case MarkKind::kRecoveryCode:
      return "recovery_code";
    case MarkKind::kEnrolmentCode:
      return "enrolment_code";
    case MarkKind::kEnrolmentToken:
      return "enrolment_token";
    case MarkKind::kWebhookSecret:
      return "webhook_secret";
    case MarkKind::kBreakGlassCode:
      return "break_glass_code";
    case MarkKind::kPasskeyName:
      return "passkey_name";
    case MarkKind::kDeviceName:
      return "device_name";
    case MarkKind::kCookie:
      return "cookie";
    case MarkKind::kAppSecret:
      return "app_secret";
    case MarkKind::kVerifyToken:
      return "verify_token";
    case MarkKind::kAccessToken:
      return "access_token";
    case MarkKind::kRootKey:
      return "root_key";
  }
  return "?";
}

bool is_phone(MarkKind kind) noexcept {
  switch (kind) {
    case MarkKind::kPhone:
    case MarkKind::kPhoneInText:
    case MarkKind::kPhoneInName:
    case MarkKind::kWrittenPhone:
    case MarkKind::kAdminPhone:
    case MarkKind::kProbePhone:
      return true;
    default:
      return false;
  }
}

bool is_email(MarkKind kind) noexcept {
  return kind == MarkKind::kEmail || kind == MarkKind::kWrittenEmail ||
         kind == MarkKind::kAdminEmail || kind == MarkKind::kProbeEmail;
}

Marks Marks::draw() {
  Marks marks;
  for (const MarkKind kind :
       {MarkKind::kPhone, MarkKind::kPhoneInText, MarkKind::kPhoneInName, MarkKind::kWrittenPhone,
        MarkKind::kAdminPhone, MarkKind::kProbePhone}) {
    marks.add(kind, random_phone());
  }
  for (const MarkKind kind :
       {MarkKind::kEmail, MarkKind::kWrittenEmail, MarkKind::kAdminEmail, MarkKind::kProbeEmail}) {
    marks.add(kind, random_email());
  }
  marks.add(MarkKind::kWhatsAppId, "DE." + random_of(kDigits, 20));
  marks.add(MarkKind::kWamid, make_wamid(marks[MarkKind::kPhone]));
  marks.add(MarkKind::kName, capitalised(random_word(10)) + " " + capitalised(random_word(10)));
  for (const MarkKind kind :
       {MarkKind::kUserName, MarkKind::kText, MarkKind::kUnsupported, MarkKind::kReply,
        MarkKind::kNote, MarkKind::kTag, MarkKind::kEvidence, MarkKind::kRepeatKey,
        MarkKind::kWrittenWord, MarkKind::kAdminWord, MarkKind::kProbeWord}) {
    marks.add(kind, random_word(kWordLetters));
  }
  return marks;
}

void Marks::add(MarkKind kind, std::string value) {
  LK_CHECK(!value.empty());
  m_marks.push_back({kind, std::move(value)});
}

const std::string& Marks::operator[](MarkKind kind) const {
  const auto it = std::ranges::find(m_marks, kind, &Mark::kind);
  LK_CHECK(it != m_marks.end());
  return it->value;
}

std::string random_phone() {
  return "49151" + random_of("23456789", 1) + random_of(kDigits, 7);
}

std::string random_word(std::size_t letters) {
  return random_of(kLetters, letters);
}

std::string capitalised(std::string word) {
  if (!word.empty() && word.front() >= 'a' && word.front() <= 'z') {
    word.front() = static_cast<char>(word.front() - 'a' + 'A');
  }
  return word;
}

std::string make_wamid(std::string_view address) {
  std::string raw{"\x1c\x18"};
  raw.push_back(static_cast<char>(address.size()));
  raw.append(address).append(std::string_view{"\x15\x02\x00\x12\x18\x14", 6});
  raw.append(random_of("0123456789ABCDEF", 20)).push_back('\0');
  return "wamid." + base64(raw);
}

}  // namespace leadkeep::leaktest
