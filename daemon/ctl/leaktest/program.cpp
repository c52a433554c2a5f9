#include "program.h"

#include "encode.h"
#include "marks.h"
#include "request.h"

#include <leadkeep/crypto/certificate_request.h>
#include <leadkeep/json/value.h>
#include <leadkeep/json/writer.h>

namespace leadkeep::leaktest {
namespace {

constexpr std::size_t kMaxAnswerBytes = 64 * 1024;
constexpr int kFirstError = 400;

Result<json::Document> post(Door& control, const std::string& path, const std::string& body) {
  LK_TRY(const RawAnswer answer, control.exchange(json_request("POST", path, body).bytes()));
  if (answer.status == 0 || answer.status >= kFirstError) {
    return fail(Errc::kUnavailable,
                "POST " + path + " on the control socket: HTTP " + std::to_string(answer.status));
  }
  return json::Document::parse(answer.body.empty() ? "{}" : answer.body, {kMaxAnswerBytes});
}

std::string text_of(const json::Document& document, std::string_view member) {
  return std::string{document.root()[member].string().value_or("")};
}

std::string draft(const std::string& name) {
  return R"({"name":")" + name +
         R"(","owner":"leaktest","purpose":"leaktest","scopes":["sessions","conversations:read",)"
         R"("conversations:write","messages:send","leads:read","leads:write","leads:reveal","leads:erase","consents:read",)"
         R"("consents:write","events:read","agents:read","audit:read","administration"],"record_classes":["phone_numbers",)"
         R"("email_addresses","whatsapp_ids","names","texts"],"own_scopes":["events:read"]})";
}

std::string enrolment(const std::string& token, const std::string& request) {
  json::Writer w;
  w.begin_object().field("token", token).field("certificate_request", request).end_object();
  return std::move(w).take();
}

Result<Program::Waiting> bring_key(Door& control, const std::string& name, const SecretBytes& key) {
  LK_TRY(const auto invited, post(control, "/clients", draft(name)));
  Program::Waiting waiting;
  waiting.id = text_of(invited, "id");
  waiting.token = text_of(invited, "enrolment_token");
  waiting.request = crypto::certificate_request_for(key).value_or("");
  LK_TRY(const auto enrolled,
         post(control, "/clients/enrol", enrolment(waiting.token, waiting.request)));
  waiting.fingerprint = text_of(enrolled, "fingerprint");
  return waiting;
}

std::string approval_of(const Program::Waiting& waiting) {
  return R"({"client":")" + waiting.id + R"(","fingerprint":")" + waiting.fingerprint + "\"}";
}

}  // namespace

Result<Program> Program::make(Door& control) {
  Program program;
  program.m_name = "leaktest-" + random_word(8);
  SecretBytes key = crypto::new_private_key();
  LK_TRY(const Waiting own, bring_key(control, program.m_name, key));
  LK_TRY_VOID(post(control, "/clients/approve", approval_of(own)));
  LK_TRY(const auto approved, post(control, "/clients/enrol", enrolment(own.token, own.request)));
  program.m_credentials = {std::make_shared<const SecretBytes>(std::move(key)),
                           text_of(approved, "certificate")};
  if (program.m_credentials.certificate.empty()) {
    return fail(Errc::kUnavailable,
                "the certificates of clients come from the company's authority (clients.ca_file), "
                "which this test cannot ask for one");
  }
  LK_TRY(const Waiting colleague,
         bring_key(control, "leaktest-" + random_word(8), crypto::new_private_key()));
  LK_TRY_VOID(post(control, "/clients/approve", approval_of(colleague)));
  program.m_colleague = colleague.id;
  for (Waiting& victim : program.m_victims) {
    LK_TRY(victim, bring_key(control, "leaktest-" + random_word(8), crypto::new_private_key()));
  }
  return program;
}

Result<void> Program::revoke(Door& control) const {
  for (const std::string& own : {m_name, m_colleague}) {
    LK_TRY_VOID(post(control, "/clients/revoke", R"({"client":")" + own + "\"}"));
  }
  for (const Waiting& victim : m_victims) {  // requests of the run may have revoked them
    LK_TRY_VOID(control.exchange(
        json_request("POST", "/clients/revoke", R"({"client":")" + victim.id + "\"}").bytes()));
  }
  return {};
}

}  // namespace leadkeep::leaktest
