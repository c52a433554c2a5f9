#include "accounts.h"

#include "browser.h"
#include "encode.h"
#include "passkey.h"
#include "request.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/identity/totp.h>
#include <leadkeep/json/writer.h>

#include <algorithm>

namespace leadkeep::leaktest {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;
constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr int kNoContent = 204;

std::vector<std::string> strings_of(const json::Value& list) {
  std::vector<std::string> texts;
  for (const json::Value& item : list.items()) {
    texts.emplace_back(item.string().value_or(""));
  }
  return texts;
}

}  // namespace

Accounts::Accounts(Instance& instance, Marks& marks, Transcript& transcript)
    : m_instance{instance}, m_marks{marks}, m_transcript{transcript} {}

std::string Accounts::new_user_name() {
  std::string name = random_word(14);
  m_marks.add(MarkKind::kAgentUserName, name);
  return name;
}

std::string Accounts::new_display_name() {
  std::string name = capitalised(random_word(10)) + " " + capitalised(random_word(10));
  m_marks.add(MarkKind::kAgentName, name);
  return name;
}

std::string Accounts::new_password() {
  std::string password = random_word(24);
  m_marks.add(MarkKind::kPassword, password);
  return password;
}

Result<Account> Accounts::add(Role role) {
  Account account{role, new_user_name(), new_password(), {}, {}, {}, {}};
  json::Writer w;
  w.begin_object().field("username", account.user_name).field("display_name", new_display_name());
  w.key("roles").begin_array().string(name_of(role)).end_array();
  w.field("password", account.password).end_object();
  LK_TRY(const RawAnswer answer,
         m_instance.control.exchange(json_request("POST", "/agents", std::move(w).take()).bytes()));
  m_transcript.keep(Role::kOperator, "POST /agents", answer);
  if (answer.status != 201) {
    return fail(Errc::kUnavailable, "an agent could not be added over the control socket: HTTP " +
                                        std::to_string(answer.status));
  }
  return account;
}

void Accounts::learn_secrets(const RawAnswer& answer) {
  const auto document = json::Document::parse(answer.body, {kMaxAnswerBytes});
  if (!document || (answer.status != 201 && answer.status != 200)) {
    return;
  }
  const json::Value root = document.value().root();
  for (const auto& [member, kind] :
       {std::pair{"token", MarkKind::kToken}, std::pair{"secret", MarkKind::kTotpSecret},
        std::pair{"enrolment_code", MarkKind::kEnrolmentCode},
        std::pair{"break_glass_code", MarkKind::kBreakGlassCode},
        std::pair{"enrolment_token", MarkKind::kEnrolmentToken}}) {
    if (const auto text = root[member].string()) {
      m_marks.add(text->starts_with("whsec_") ? MarkKind::kWebhookSecret : kind,
                  std::string{*text});
    }
  }
  for (const std::string& code : strings_of(root["recovery_codes"])) {
    m_marks.add(MarkKind::kRecoveryCode, code);
  }
}

// One that has to answer with 201.
Result<json::Document> Accounts::post(Role role, const std::string& token,
                                      const std::string& target, std::string body) {
  Request request = json_request("POST", target, std::move(body));
  request.token = token;
  LK_TRY(const RawAnswer answer, m_instance.api.exchange(request.bytes()));
  m_transcript.keep(role, "POST " + target, answer);
  if (answer.status != 201) {
    return fail(Errc::kUnavailable, "POST " + target + " of an agent of the run: HTTP " +
                                        std::to_string(answer.status));
  }
  learn_secrets(answer);
  return json::Document::parse(answer.body, {kMaxAnswerBytes});
}

// What the agent types, with a code from the paper if there is one.
std::string Accounts::proofs_of(Account& account, Typed typed) {
  json::Writer w;
  w.begin_object();
  if (typed != Typed::kProofs) {
    w.field("username", account.user_name);
  }
  w.field("password", account.password);
  if (typed == Typed::kLogInOfAPage || typed == Typed::kPasswordOfAPage) {
    w.field("cookie", true);
  }
  if (typed != Typed::kPasswordOfAPage && !account.recovery_codes.empty()) {
    w.field("second_factor", account.recovery_codes.back());
    account.recovery_codes.pop_back();
  }
  w.end_object();
  return std::move(w).take();
}

Result<std::string> Accounts::log_in(Account& account) {
  LK_TRY(const auto opened,
         post(account.role, {}, "/v1/sessions", proofs_of(account, Typed::kLogIn)));
  return std::string{opened.root()["token"].string().value_or("")};
}

Result<void> Accounts::enrol(Account& account) {
  LK_TRY(const auto offered,
         post(account.role, account.token, "/v1/session/second-factor/totp", "{}"));
  const std::string secret = from_base32(offered.root()["secret"].string().value_or(""));
  const std::string code = identity::totp::code_at(SecretBytes::copy_of(as_bytes(secret)),
                                                   identity::totp::step_at(SystemClock{}.now()));
  LK_TRY(const auto enrolled,
         post(account.role, account.token, "/v1/session/second-factor/totp/confirm",
              R"({"code":")" + code + "\"}"));
  account.token = enrolled.root()["token"].string().value_or("");
  const auto first = strings_of(enrolled.root()["recovery_codes"]);
  LK_TRY(const auto again,
         post(account.role, account.token, "/v1/session/second-factor/recovery-codes",
              R"({"second_factor":")" + (first.empty() ? std::string{} : first.front()) + "\"}"));
  account.recovery_codes = strings_of(again.root()["recovery_codes"]);
  return {};
}

Result<void> Accounts::enrol_passkey(Account& account) {
  const std::string& origin = m_instance.settings.browser.origin;
  if (origin.empty()) {
    return {};
  }
  Request ask = json_request("POST", "/v1/session/second-factor/passkey-options", {});
  ask.token = account.token;
  LK_TRY(const RawAnswer asked, m_instance.api.exchange(ask.bytes()));
  m_transcript.keep(account.role, "POST /v1/session/second-factor/passkey-options", asked);
  LK_TRY(const auto options, json::Document::parse(asked.body, {kMaxAnswerBytes}));
  const json::Value root = options.root();
  const std::string name = random_word(14);
  m_marks.add(MarkKind::kPasskeyName, name);
  LK_TRY(const auto enrolled,
         post(account.role, account.token, "/v1/session/second-factor/passkeys",
              R"({"name":")" + name + R"(","passkey":)" +
                  new_passkey(root["rp"]["id"].string().value_or(""), origin,
                              root["challenge"].string().value_or("")) +
                  "}"));
  account.token = enrolled.root()["token"].string().value_or("");
  return account.role == Role::kAdmin
             ? remove_passkey(account, enrolled.root()["id"].string().value_or(""))
             : Result<void>{};
}

Result<void> Accounts::remove_passkey(Account& account, std::string_view id) {
  const std::string passkeys = "/v1/session/second-factor/passkeys/";
  Request remove = json_request("DELETE", passkeys + std::string{id}, {});
  remove.token = account.token;
  LK_TRY(const RawAnswer removed, m_instance.api.exchange(remove.bytes()));
  m_transcript.keep(account.role, "DELETE " + passkeys + "{id}", removed);
  if (removed.status != 200) {
    return fail(Errc::kUnavailable, "a passkey of the run could not be removed: HTTP " +
                                        std::to_string(removed.status));
  }
  learn_secrets(removed);
  LK_TRY(const auto document, json::Document::parse(removed.body, {kMaxAnswerBytes}));
  account.token = document.root()["token"].string().value_or("");
  return {};
}

Result<void> Accounts::change_password(Account& account) {
  std::string fresh = new_password();
  json::Writer w;
  w.begin_object().field("password", account.password).field("new_password", fresh).end_object();
  LK_TRY(const auto opened,
         post(account.role, account.token, "/v1/session/password", std::move(w).take()));
  account.token = opened.root()["token"].string().value_or("");
  account.password = std::move(fresh);
  return {};
}

// Remembered, signed in without the second factor, looked at by the operator, forgotten, left.
Result<void> Accounts::use_browser(Account& account) {
  if (m_instance.settings.browser.origin.empty()) {
    return {};
  }
  const std::string devices = "/v1/session/second-factor/devices";
  const std::string name = random_word(14);
  m_marks.add(MarkKind::kDeviceName, name);
  Browser browser{m_instance, m_marks, m_transcript, account.role};
  LK_TRY_VOID(browser.ask("POST", "/v1/sessions", "/v1/sessions",
                          proofs_of(account, Typed::kLogInOfAPage), kCreated));
  LK_TRY(const RawAnswer made,
         browser.ask("POST", devices, devices, R"({"name":")" + name + "\"}", kCreated));
  LK_TRY(const auto device, json::Document::parse(made.body, {kMaxAnswerBytes}));
  LK_TRY_VOID(browser.ask("POST", "/v1/sessions", "/v1/sessions",
                          proofs_of(account, Typed::kPasswordOfAPage), kCreated));
  LK_TRY_VOID(browser.ask("GET", devices, devices, {}, kOk));
  LK_TRY(const RawAnswer listed,
         m_instance.control.exchange(
             json_request("POST", "/agents/devices", R"({"username":")" + account.user_name + "\"}")
                 .bytes()));
  m_transcript.keep(Role::kOperator, "POST /agents/devices", listed);
  const std::string id{device.root()["id"].string().value_or("")};
  LK_TRY_VOID(browser.ask("DELETE", devices + "/" + id, devices + "/{id}", {}, kNoContent));
  LK_TRY_VOID(browser.ask("DELETE", "/v1/session", "/v1/session", {}, kNoContent));
  return {};
}

Result<void> Accounts::sign_in(Account& account) {
  LK_TRY(account.token, log_in(account));
  if (account.role != Role::kAgent) {
    LK_TRY_VOID(enrol(account));
    LK_TRY_VOID(enrol_passkey(account));
  }
  LK_TRY_VOID(change_password(account));
  if (account.role == Role::kSupervisor) {
    LK_TRY_VOID(use_browser(account));
  }
  LK_TRY(account.spare_token, log_in(account));
  LK_TRY(const auto proven, post(account.role, account.spare_token, "/v1/session/step-up",
                                 proofs_of(account, Typed::kProofs)));
  account.spare_token = proven.root()["token"].string().value_or("");
  if (account.role == Role::kAgent) {
    for (const char* path : {"/v1/session/logout/saml", "/v1/session/logout/oidc"}) {
      LK_TRY(account.logout_tokens[path], log_in(account));
    }
  }
  return {};
}

Result<std::set<std::string>> Accounts::active_user_names() {
  LK_TRY(const RawAnswer answer,
         m_instance.control.exchange(json_request("GET", "/agents", {}).bytes()));
  LK_TRY(const auto document, json::Document::parse(answer.body, {kMaxAnswerBytes}));
  std::set<std::string> names;
  for (const json::Value& agent : document.root()["items"].items()) {
    if (agent["state"].string() == "active") {
      names.emplace(agent["username"].string().value_or(""));
    }
  }
  return names;
}

Result<void> Accounts::break_glass() {
  LK_TRY(const RawAnswer issued,
         m_instance.control.exchange(json_request("POST", "/break-glass", {}).bytes()));
  m_transcript.keep(Role::kOperator, "POST /break-glass", issued);
  learn_secrets(issued);
  LK_TRY(const auto document, json::Document::parse(issued.body, {kMaxAnswerBytes}));
  const std::string code{document.root()["break_glass_code"].string().value_or("")};
  LK_TRY_VOID(post(Role::kNobody, {}, "/v1/break-glass", R"({"code":")" + code + "\"}"));
  return {};
}

Result<void> Accounts::make() {
  LK_TRY(m_before, active_user_names());
  for (const Role role : kSignedInRoles) {
    LK_TRY(Account account, add(role));
    LK_TRY_VOID(sign_in(account));
    m_accounts.push_back(std::move(account));
  }
  LK_TRY(const Account victim, add(Role::kAgent));
  m_victim = victim.user_name;
  LK_TRY_VOID(break_glass());
  return {};
}

Result<void> Accounts::disable_all() {
  LK_TRY(const auto names, active_user_names());
  for (const std::string& name : names) {
    if (m_before.contains(name)) {
      continue;
    }
    json::Writer w;
    w.begin_object().field("username", name).end_object();
    LK_TRY(const RawAnswer answer,
           m_instance.control.exchange(
               json_request("POST", "/agents/disable", std::move(w).take()).bytes()));
    if (answer.status != 204) {
      return fail(Errc::kUnavailable, "an agent of the run could not be disabled: HTTP " +
                                          std::to_string(answer.status));
    }
  }
  return {};
}

const Account& Accounts::of(Role role) const {
  const auto it = std::ranges::find(m_accounts, role, &Account::role);
  LK_CHECK(it != m_accounts.end());
  return *it;
}

}  // namespace leadkeep::leaktest
