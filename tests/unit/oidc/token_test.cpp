#include "oidc/openid_provider.h"

#include <leadkeep/oidc/id_token.h>
#include <leadkeep/oidc/logout_token.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::oidc {
namespace {

using namespace std::chrono_literals;
using test::json_text;
using test::TokenDraft;

constexpr Timestamp kNow{1'764'000'000'000};
constexpr std::string_view kNonce = "n-1";

// What a test changes of a good token, and what has to be found then.
struct Case {
  const char* what;
  std::function<void(TokenDraft&)> spoil;
  Defect defect;
};

std::string seconds_from_now(std::chrono::seconds away) {
  return std::to_string((kNow + away).ms / 1000);
}

auto claim(std::string name, std::string value) {
  return [name = std::move(name), value = std::move(value)](TokenDraft& draft) {
    draft.claims[name] = value;
  };
}

auto no_claim(std::string name) {
  return [name = std::move(name)](TokenDraft& draft) { draft.claims.erase(name); };
}

auto header(std::string name, std::string value) {
  return [name = std::move(name), value = std::move(value)](TokenDraft& draft) {
    draft.header[name] = value;
  };
}

class Tokens : public ::testing::Test {
 protected:
  [[nodiscard]] std::variant<Identity, Defect> judge(const std::string& token,
                                                     bool asked_again = false) const {
    Question question;
    question.issuer = test::kIssuer;
    question.client_id = test::kClientId;
    question.nonce = kNonce;
    question.access_token = "at";
    question.asked = kNow - 30s;
    question.asked_again = asked_again;
    return judge_id_token(token, keys, question, kNow);
  }

  [[nodiscard]] std::variant<LogoutNotice, Defect> judge_logout(const std::string& token) const {
    return judge_logout_token(token, keys, test::kIssuer, test::kClientId, kNow);
  }

  template <class Judged>
  static std::string defect_of(const Judged& judged) {
    const auto* defect = std::get_if<Defect>(&judged);
    return defect == nullptr ? "accepted" : std::string{name_of(*defect)};
  }

  jose::KeySet keys =
      jose::KeySet::parse(test::keys_with(test::jwk_with(test::op_key(), "now"))).value();
};

class IdToken : public Tokens {};

class LogoutToken : public Tokens {};

TEST_F(IdToken, SaysWhoItIs) {
  auto draft = test::id_token_draft(kNow, kNonce);
  draft.claims["acr"] = json_text("mfa");
  draft.claims["realm_access"] = R"({"roles":["lead","agent"],"more":{"deep":true}})";
  draft.claims["employee"] = "4711";
  const auto judged = judge(draft.signed_text());
  ASSERT_TRUE(std::holds_alternative<Identity>(judged)) << defect_of(judged);
  const auto& identity = std::get<Identity>(judged);
  EXPECT_EQ(identity.subject.expose(), "a-1");
  EXPECT_EQ(identity.session_id, "s-1");
  EXPECT_EQ(identity.authn_context, "mfa");
  EXPECT_EQ(identity.authenticated, kNow);
  EXPECT_EQ(identity.expires, kNow + 300s + kSkew);
  const auto values = [&](std::string_view name) {
    std::string all;
    for (const Claim& one : identity.claims) {
      for (const auto& value : one.name == name ? one.values : decltype(one.values){}) {
        all += value.expose() + ";";
      }
    }
    return all;
  };
  EXPECT_EQ(values("groups"), "agents;staff;");
  EXPECT_EQ(values("realm_access.roles"), "lead;agent;");
  EXPECT_EQ(values("realm_access.more.deep"), "true;");
  EXPECT_EQ(values("employee"), "4711;");
}

TEST_F(IdToken, IsTakenInTheFormsThatProvidersHave) {
  const std::vector<std::pair<const char*, std::function<void(TokenDraft&)>>> forms{
      {"audience in a list", claim("aud", R"(["leadkeep"])")},
      {"authorized party", claim("azp", json_text(test::kClientId))},
      {"type", header("typ", json_text("JWT"))},
      {"type in small letters", header("typ", json_text("jwt"))},
      {"no auth_time", no_claim("auth_time")},
      {"no sid", no_claim("sid")},
      {"expired within the skew", claim("exp", seconds_from_now(-59s))},
      {"issued within the skew", claim("iat", seconds_from_now(60s))},
      {"not before now", claim("nbf", seconds_from_now(0s))},
      {"hash of the access token", claim("at_hash", [] {
         const auto hash = crypto::sha256({as_bytes("at")});
         return json_text(to_base64url(ByteView{hash}.first(16)));
       }())}};
  for (const auto& [what, change] : forms) {
    auto draft = test::id_token_draft(kNow, kNonce);
    change(draft);
    EXPECT_EQ(defect_of(judge(draft.signed_text())), "accepted") << what;
  }
}

TEST_F(IdToken, IsRefusedByTheCheckThatItBreaks) {
  const std::vector<Case> cases{
      {"another type", header("typ", json_text("logout+jwt")), Defect::kType},
      {"an access token", header("typ", json_text("at+jwt")), Defect::kType},
      {"a type that is no text", header("typ", "5"), Defect::kType},
      {"extensions", header("crit", R"(["b64"])"), Defect::kFormat},
      {"none", header("alg", json_text("none")), Defect::kAlgorithm},
      {"a shared key", header("alg", json_text("HS256")), Defect::kAlgorithm},
      {"another key", header("kid", json_text("next")), Defect::kUnknownKey},
      {"another signer", [](TokenDraft& d) { d.key = &test::next_op_key(); }, Defect::kSignature},
      {"another algorithm of the key", header("alg", json_text("PS256")), Defect::kUnknownKey},
      {"another issuer", claim("iss", json_text("https://evil.example")), Defect::kIssuer},
      {"an issuer with a slash", claim("iss", json_text(std::string{test::kIssuer} + "/")),
       Defect::kIssuer},
      {"no issuer", no_claim("iss"), Defect::kIssuer},
      {"another audience", claim("aud", json_text("other")), Defect::kAudience},
      {"two audiences", claim("aud", R"(["leadkeep","other"])"), Defect::kAudience},
      {"the audience twice", claim("aud", R"(["leadkeep","leadkeep"])"), Defect::kAudience},
      {"no audience", no_claim("aud"), Defect::kAudience},
      {"an empty list", claim("aud", "[]"), Defect::kAudience},
      {"another party", claim("azp", json_text("other")), Defect::kAuthorizedParty},
      {"a party that is no text", claim("azp", "null"), Defect::kAuthorizedParty},
      {"expired", claim("exp", seconds_from_now(-60s)), Defect::kExpired},
      {"for ever", claim("exp", seconds_from_now(25h)), Defect::kExpired},
      {"an end as text", claim("exp", json_text(seconds_from_now(60s))), Defect::kExpired},
      {"an end beyond all time", claim("exp", "9223372036854775807"), Defect::kExpired},
      {"an end with a fraction", claim("exp", seconds_from_now(60s) + ".5"), Defect::kExpired},
      {"no end", no_claim("exp"), Defect::kExpired},
      {"of the future", claim("iat", seconds_from_now(61s)), Defect::kIssuedAt},
      {"no time of issue", no_claim("iat"), Defect::kIssuedAt},
      {"not yet good", claim("nbf", seconds_from_now(61s)), Defect::kIssuedAt},
      {"another nonce", claim("nonce", json_text("n-2")), Defect::kNonce},
      {"no nonce", no_claim("nonce"), Defect::kNonce},
      {"a nonce in a list", claim("nonce", R"(["n-1"])"), Defect::kNonce},
      {"another access token", claim("at_hash", json_text("AAAAAAAAAAAAAAAAAAAAAA")),
       Defect::kAccessTokenHash},
      {"a hash that is no text", claim("at_hash", "null"), Defect::kAccessTokenHash},
      {"nobody", no_claim("sub"), Defect::kSubject},
      {"an empty subject", claim("sub", "\"\""), Defect::kSubject},
      {"a subject as number", claim("sub", "7"), Defect::kSubject},
      {"a long subject", claim("sub", json_text(std::string(256, 'a'))), Defect::kSubject},
      {"a subject beyond ASCII", claim("sub", json_text("\xc3\xa4")), Defect::kSubject},
      {"a subject with a line end", claim("sub", json_text("a\\nb")), Defect::kSubject},
      {"proven in the future", claim("auth_time", seconds_from_now(61s)), Defect::kAuthenticated}};
  for (const Case& one : cases) {
    auto draft = test::id_token_draft(kNow, kNonce);
    one.spoil(draft);
    EXPECT_EQ(defect_of(judge(draft.signed_text())), name_of(one.defect)) << one.what;
  }
}

TEST_F(IdToken, ProvesAgainOnlyWithATimeAfterTheRequest) {
  auto draft = test::id_token_draft(kNow, kNonce);
  EXPECT_EQ(defect_of(judge(draft.signed_text(), true)), "accepted");
  draft.claims["auth_time"] = seconds_from_now(-90s);  // asked 30 s ago, and the skew
  EXPECT_EQ(defect_of(judge(draft.signed_text(), true)), "accepted");
  draft.claims["auth_time"] = seconds_from_now(-91s);
  EXPECT_EQ(defect_of(judge(draft.signed_text(), true)), "oidc_authenticated");
  EXPECT_EQ(defect_of(judge(draft.signed_text())), "accepted");
  draft.claims.erase("auth_time");
  EXPECT_EQ(defect_of(judge(draft.signed_text(), true)), "oidc_authenticated");
}

TEST_F(IdToken, IsNothingElseThanASignedTokenOfThreeParts) {
  const std::string good = test::id_token_draft(kNow, kNonce).signed_text();
  const std::string unsigned_part = good.substr(0, good.rfind('.') + 1);
  for (const std::string& token : {std::string{}, unsigned_part, good + ".AA", good + ".AA.AA",
                                   good + "=", " " + good, good.substr(1)}) {
    EXPECT_EQ(defect_of(judge(token)), "oidc_format");
  }
  auto draft = test::id_token_draft(kNow, kNonce);
  draft.claims["more"] = json_text(std::string(64 * 1024, 'a'));
  EXPECT_EQ(defect_of(judge(draft.signed_text())), "oidc_format");
  std::string changed = good;
  auto& in_payload = changed[good.find('.') + 20];
  in_payload = in_payload == 'A' ? 'B' : 'A';
  EXPECT_NE(defect_of(judge(changed)), "accepted");
}

TEST_F(IdToken, TakesNoLogoutTokenAndTheOtherWayRound) {
  EXPECT_EQ(defect_of(judge(test::logout_token_draft(kNow).signed_text())), "oidc_type");
  EXPECT_EQ(defect_of(judge_logout(test::id_token_draft(kNow, kNonce).signed_text())), "oidc_type");
}

TEST_F(IdToken, KeepsNoMoreClaimsThanAreBounded) {
  auto draft = test::id_token_draft(kNow, kNonce);
  for (int i = 0; i < 500; ++i) {
    draft.claims["c" + std::to_string(i)] = "1";
  }
  draft.claims["too_deep"] = R"({"a":{"b":{"c":1}}})";
  const auto judged = judge(draft.signed_text());
  ASSERT_TRUE(std::holds_alternative<Identity>(judged)) << defect_of(judged);
  EXPECT_EQ(std::get<Identity>(judged).claims.size(), 200u);
}

TEST_F(LogoutToken, SaysWhoseSessionHasEnded) {
  const auto judged = judge_logout(test::logout_token_draft(kNow).signed_text());
  ASSERT_TRUE(std::holds_alternative<LogoutNotice>(judged)) << defect_of(judged);
  const auto& notice = std::get<LogoutNotice>(judged);
  EXPECT_EQ(notice.id, "j-1");
  EXPECT_EQ(notice.subject.expose(), "a-1");
  EXPECT_EQ(notice.session_id, "s-1");
  EXPECT_EQ(notice.expires, kNow + 120s + kSkew);
  for (const char* left_out : {"sub", "sid"}) {
    auto draft = test::logout_token_draft(kNow);
    draft.claims.erase(left_out);
    EXPECT_EQ(defect_of(judge_logout(draft.signed_text())), "accepted") << left_out;
  }
}

TEST_F(LogoutToken, IsRefusedByTheCheckThatItBreaks) {
  const std::vector<Case> cases{
      {"no type", [](TokenDraft& d) { d.header.erase("typ"); }, Defect::kType},
      {"another type", header("typ", json_text("JWT")), Defect::kType},
      {"another key", header("kid", json_text("next")), Defect::kUnknownKey},
      {"another signer", [](TokenDraft& d) { d.key = &test::next_op_key(); }, Defect::kSignature},
      {"another issuer", claim("iss", json_text("https://evil.example")), Defect::kIssuer},
      {"another audience", claim("aud", json_text("other")), Defect::kAudience},
      {"expired", claim("exp", seconds_from_now(-60s)), Defect::kExpired},
      {"no end", no_claim("exp"), Defect::kExpired},
      {"no time of issue", no_claim("iat"), Defect::kIssuedAt},
      {"no event", no_claim("events"), Defect::kEvent},
      {"another event", claim("events", R"({"http://schemas.example/other":{}})"), Defect::kEvent},
      {"an event that is no object",
       claim("events", R"({"http://schemas.openid.net/event/backchannel-logout":1})"),
       Defect::kEvent},
      {"a nonce", claim("nonce", json_text("n")), Defect::kEvent},
      {"no id", no_claim("jti"), Defect::kIdentifier},
      {"nobody",
       [](TokenDraft& d) {
         d.claims.erase("sub");
         d.claims.erase("sid");
       },
       Defect::kIdentifier},
      {"a long session", claim("sid", json_text(std::string(256, 's'))), Defect::kIdentifier}};
  for (const Case& one : cases) {
    auto draft = test::logout_token_draft(kNow);
    one.spoil(draft);
    EXPECT_EQ(defect_of(judge_logout(draft.signed_text())), name_of(one.defect)) << one.what;
  }
}

}  // namespace
}  // namespace leadkeep::oidc
