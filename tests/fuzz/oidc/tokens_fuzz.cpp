// ID tokens and logout tokens. The first byte of the input chooses: what a stranger sends as it is
// ('r'), or header and claims, with a line end between them, that the provider has signed ('i' and
// 'l'). Nothing is accepted that the provider has not signed, and of the signed nothing that does not
// name issuer, audience and nonce, or issuer, audience and the event.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/es256.h>
#include <leadkeep/jose/jwk.h>
#include <leadkeep/oidc/id_token.h>
#include <leadkeep/oidc/logout_token.h>

#include <string>

namespace leadkeep::oidc {
namespace {

constexpr Timestamp kNow{1'764'000'000'000};
constexpr std::string_view kIssuer = "https://a.example";
constexpr std::string_view kClient = "c";
constexpr std::string_view kNonce = "n";

struct World {
  crypto::Es256Key key = crypto::Es256Key::generate();
  jose::KeySet keys =
      jose::KeySet::parse(R"({"keys":[)" + jose::jwk_of(key.public_point()) + "]}").value();
};

const World& world() {
  static const World made;
  return made;
}

std::variant<Identity, Defect> judged(std::string_view token) {
  Question question;
  question.issuer = kIssuer;
  question.client_id = kClient;
  question.nonce = kNonce;
  question.access_token = "at";
  question.asked = kNow;
  return judge_id_token(token, world().keys, question, kNow);
}

std::variant<LogoutNotice, Defect> judged_logout(std::string_view token) {
  return judge_logout_token(token, world().keys, kIssuer, kClient, kNow);
}

std::string signed_text(std::string_view input) {
  const auto line = input.find('\n');
  const std::string_view claims = line == std::string_view::npos ? "" : input.substr(line + 1);
  std::string token =
      to_base64url(as_bytes(input.substr(0, line))) + "." + to_base64url(as_bytes(claims));
  const auto signature = world().key.sign(as_bytes(token));
  return token.append(".").append(to_base64url(signature));
}

void check_said(const std::string& token) {
  const auto jws = jose::Jws::parse(token);
  LK_CHECK(jws.has_value() && jws->header()["alg"].string() == "ES256");
  const json::Value audience = jws->payload()["aud"];
  LK_CHECK(jws->payload()["iss"].string() == kIssuer);
  LK_CHECK(audience.string() == kClient || audience.at(0).string() == kClient);
}

void check_identity(const std::string& token) {
  const auto judgement = judged(token);
  if (const auto* identity = std::get_if<Identity>(&judgement)) {
    check_said(token);
    LK_CHECK(jose::Jws::parse(token)->payload()["nonce"].string() == kNonce);
    LK_CHECK(!identity->subject.expose().empty() && identity->subject.expose().size() <= 255);
    LK_CHECK(identity->expires > kNow && identity->claims.size() <= 200);
  }
}

void check_notice(const std::string& token) {
  const auto judgement = judged_logout(token);
  if (const auto* notice = std::get_if<LogoutNotice>(&judgement)) {
    check_said(token);
    LK_CHECK(!notice->id.empty() && notice->expires > kNow);
    LK_CHECK(!notice->subject.expose().empty() || !notice->session_id.empty());
  }
}

void check_input(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::string_view rest = input.substr(1);
  switch (input.front()) {
    case 'i':
      return check_identity(signed_text(rest));
    case 'l':
      return check_notice(signed_text(rest));
    default:
      LK_CHECK(std::holds_alternative<Defect>(judged(rest)));
      LK_CHECK(std::holds_alternative<Defect>(judged_logout(rest)));
  }
}

}  // namespace
}  // namespace leadkeep::oidc

LK_FUZZ_TARGET(leadkeep::oidc::check_input)
