#include "plant.h"

#include "request.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/json/writer.h>

namespace leadkeep::leaktest {

struct Planter::Person {
  std::string phone;  // empty: WhatsApp hides it
  std::string bsuid;
  std::string user_name;
  std::string name;
};

namespace {

constexpr std::string_view kOperation = "POST /webhooks/whatsapp";

// The number as people write it.
std::vector<std::string> handwritten(const std::string& digits) {
  const std::string area = digits.substr(2, 3);
  const std::string a = digits.substr(5, 4);
  const std::string b = digits.substr(9);
  return {"+" + digits,
          "00" + digits,
          "0" + digits.substr(2),
          "+49 " + area + " " + a + " " + b,
          "+49 (0)" + area + "-" + a + "-" + b,
          "(0" + area + ") " + a + b,
          "0" + area + "/" + a + "." + b,
          "tel:+" + digits,
          "%2B" + digits};
}

void write_field(json::Writer& w, std::string_view name, const std::string& text) {
  if (!text.empty()) {
    w.field(name, text);
  }
}

}  // namespace

Planter::Planter(Instance& instance, Marks& marks, Transcript& transcript)
    : m_instance{instance}, m_marks{marks}, m_transcript{transcript} {}

Result<RawAnswer> Planter::post(std::string_view body) {
  Request request;
  request.verb = "POST";
  request.target = "/webhooks/whatsapp";
  request.body = body;
  request.set("X-Hub-Signature-256",
              "sha256=" + to_hex(crypto::hmac_sha256(m_instance.app_secret, as_bytes(body))));
  LK_TRY(RawAnswer answer, m_instance.webhook.exchange(request.bytes()));
  m_transcript.keep(Role::kPlatform, std::string{kOperation}, answer);
  return answer;
}

Result<void> Planter::deliver(const Person& person, std::string_view type,
                              const std::string& content) {
  const std::string wamid = make_wamid(person.phone.empty() ? person.bsuid : person.phone);
  m_marks.add(MarkKind::kWamid, wamid);
  json::Writer w;
  w.begin_object().field("object", "whatsapp_business_account").key("entry").begin_array();
  w.begin_object().field("id", "0").key("changes").begin_array().begin_object();
  w.field("field", "messages").key("value").begin_object();
  w.field("messaging_product", "whatsapp").key("metadata").begin_object();
  w.field("phone_number_id", m_instance.settings.whatsapp.phone_number_id).end_object();
  w.key("contacts").begin_array().begin_object().key("profile").begin_object();
  w.field("name", person.name);
  write_field(w, "username", person.user_name);
  w.end_object();
  write_field(w, "wa_id", person.phone);
  write_field(w, "user_id", person.bsuid);
  w.end_object().end_array().key("messages").begin_array().begin_object();
  write_field(w, "from", person.phone);
  write_field(w, "from_user_id", person.bsuid);
  w.field("id", wamid).field("timestamp", std::to_string(SystemClock{}.now().ms / 1'000));
  w.field("type", type).key(type).begin_object();
  w.field(type == "text" ? "body" : "address", content).end_object();
  w.end_object().end_array().end_object().end_object().end_array().end_object().end_array();
  w.end_object();
  LK_TRY(const RawAnswer answer, post(std::move(w).take()));
  if (answer.status != 200) {
    return fail(Errc::kUnavailable,
                "the webhook answered a signed message with HTTP " + std::to_string(answer.status));
  }
  return {};
}

Result<void> Planter::say(const Person& person, const std::string& text) {
  return deliver(person, "text", m_marks[MarkKind::kText] + " " + text);
}

Result<void> Planter::plant_leads() {
  const Person plain{m_marks[MarkKind::kPhone], {}, {}, m_marks[MarkKind::kName]};
  for (const std::string& written : handwritten(m_marks[MarkKind::kPhoneInText])) {
    LK_TRY_VOID(say(plain, "call " + written + " or write to " + m_marks[MarkKind::kEmail]));
  }
  const std::string user_name = "q." + m_marks[MarkKind::kUserName];
  const Person hidden{{}, m_marks[MarkKind::kWhatsAppId], user_name, m_marks[MarkKind::kName]};
  LK_TRY_VOID(say(hidden, "mailto:" + m_marks[MarkKind::kEmail]));
  const std::string in_name = m_marks[MarkKind::kPhoneInName];
  m_marks.add(MarkKind::kPhone, random_phone());
  const Person tricky{m_marks.all().back().value, {}, {}, "Call 0" + in_name.substr(2)};
  LK_TRY_VOID(say(tricky, "see my name"));
  LK_TRY_VOID(deliver(plain, "location",
                      m_marks[MarkKind::kUnsupported] + " " + m_marks[MarkKind::kPhoneInText]));
  return {};
}

Result<void> Planter::plant_message() {
  const Person plain{m_marks[MarkKind::kPhone], {}, {}, m_marks[MarkKind::kName]};
  return say(plain, "again +" + m_marks[MarkKind::kPhoneInText]);
}

}  // namespace leadkeep::leaktest
