#include "oidc/openid_provider.h"

#include <leadkeep/jose/jws.h>
#include <leadkeep/jose/key_set.h>
#include <leadkeep/json/value.h>
#include <leadkeep/oidc/authorization_request.h>

#include <atomic>
#include <future>
#include <string>

#include <gtest/gtest.h>

namespace leadkeep::oidc {
namespace {

using namespace std::chrono_literals;
using test::json_text;

constexpr Timestamp kNow{1'764'000'000'000};

class OidcProvider : public ::testing::Test {
 protected:
  static Client client_with(ClientAuthentication authentication) {
    Client client;
    client.id = test::kClientId;
    client.redirect_uri = test::kRedirectUri;
    client.authentication = authentication;
    return client;
  }

  // What the token endpoint's answer comes to.
  std::string redeemed(Timestamp now = kNow) {
    Question question;
    question.nonce = "n-1";
    question.asked = now;
    const auto judged = provider.redeem({"c-1", "v-1"}, question, now);
    if (!judged) {
      return std::string{name_of(judged.error().code)} + " " + judged.error().detail;
    }
    const auto* defect = std::get_if<Defect>(&judged.value());
    return defect == nullptr ? "accepted" : std::string{name_of(*defect)};
  }

  test::OpenIdProvider op;
  Provider provider{std::string{test::kIssuer}, client_with(ClientAuthentication::kPrivateKeyJwt),
                    test::client_key(), op.exchange()};
};

const std::string kMetadata = metadata_url(test::kIssuer);
const std::string kJwks = "https://op.example.test/jwks";

TEST_F(OidcProvider, GivesForACodeWhoItIs) {
  op.give(test::id_token_draft(kNow, "n-1"));
  EXPECT_EQ(redeemed(), "accepted");
  EXPECT_EQ(op.posted.at("grant_type"), "authorization_code");
  EXPECT_EQ(op.posted.at("code"), "c-1");
  EXPECT_EQ(op.posted.at("code_verifier"), "v-1");
  EXPECT_EQ(op.posted.at("redirect_uri"), test::kRedirectUri);
  EXPECT_EQ(op.posted.at("client_id"), test::kClientId);
}

TEST_F(OidcProvider, IsToldWhoAsksByASignatureThatOurPublishedKeysVerify) {
  op.give(test::id_token_draft(kNow, "n-1"));
  EXPECT_EQ(redeemed(), "accepted");
  const auto keys = jose::KeySet::parse(published_keys({&test::client_key()}));
  ASSERT_TRUE(keys.ok()) << keys.error().detail;
  EXPECT_EQ(op.posted.at("client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  const std::string first = op.posted.at("client_assertion");
  const auto jws = jose::Jws::parse(first);
  ASSERT_TRUE(jws.has_value());
  EXPECT_EQ(keys.value().verify(*jws), jose::KeySet::Verdict::kGood);
  const auto claims = jws->payload();
  EXPECT_EQ(claims["iss"].string(), test::kClientId);
  EXPECT_EQ(claims["sub"].string(), test::kClientId);
  EXPECT_EQ(claims["aud"].string(), test::kIssuer);
  EXPECT_EQ(claims["exp"].integer(), kNow.ms / 1000 + 60);
  EXPECT_EQ(redeemed(), "accepted");
  const std::string second = op.posted.at("client_assertion");
  EXPECT_NE(claims["jti"].string(), jose::Jws::parse(second)->payload()["jti"].string());
}

TEST_F(OidcProvider, IsNamedAsTheAudienceInTheWayThatItWants) {
  auto client = client_with(ClientAuthentication::kPrivateKeyJwt);
  client.audience = AssertionAudience::kTokenEndpoint;
  Provider other{std::string{test::kIssuer}, client, test::client_key(), op.exchange()};
  EXPECT_TRUE(other.try_client(kNow).ok());
  const std::string assertion = op.posted.at("client_assertion");
  EXPECT_EQ(jose::Jws::parse(assertion)->payload()["aud"].string(),
            "https://op.example.test/token");
}

TEST_F(OidcProvider, GetsNoSignatureFromAClientThatShowsACertificate) {
  Provider other{std::string{test::kIssuer}, client_with(ClientAuthentication::kTlsClientAuth),
                 test::client_key(), op.exchange()};
  EXPECT_TRUE(other.try_client(kNow).ok());
  EXPECT_FALSE(op.posted.contains("client_assertion"));
  EXPECT_EQ(op.posted.at("client_id"), test::kClientId);
}

TEST_F(OidcProvider, IsReadOnceAnHour) {
  op.give(test::id_token_draft(kNow, "n-1"));
  EXPECT_EQ(redeemed(), "accepted");
  EXPECT_EQ(redeemed(kNow + 59min), "oidc_expired");
  EXPECT_EQ(op.asked[kMetadata], 1);
  EXPECT_EQ(redeemed(kNow + 60min), "oidc_expired");
  EXPECT_EQ(op.asked[kMetadata], 2);
  EXPECT_EQ(op.asked[kJwks], 2);
}

TEST_F(OidcProvider, MayChangeItsKeyAtAnyTime) {
  op.give(test::id_token_draft(kNow, "n-1"));
  EXPECT_EQ(redeemed(), "accepted");
  op.jwks =
      test::jwk_with(test::op_key(), "now") + "," + test::jwk_with(test::next_op_key(), "next");
  auto draft = test::id_token_draft(kNow, "n-1");
  draft.header["kid"] = json_text("next");
  draft.key = &test::next_op_key();
  op.give(draft);
  EXPECT_EQ(redeemed(kNow + 11s), "accepted");
  EXPECT_EQ(op.asked[kJwks], 2);
}

TEST_F(OidcProvider, IsNotAskedAgainForEveryUnknownKey) {
  auto draft = test::id_token_draft(kNow, "n-1");
  draft.header["kid"] = json_text("unknown");
  op.give(draft);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(redeemed(kNow + 1s).substr(0, 11), "unavailable");  // not known, and not judged
  }
  EXPECT_EQ(op.asked[kJwks], 1);
  EXPECT_EQ(redeemed(kNow + 11s), "oidc_unknown_key");
  EXPECT_EQ(op.asked[kJwks], 2);
}

// It may have been the only key that there was.
TEST_F(OidcProvider, MayChangeAKeyThatNoTokenNames) {
  op.give(test::id_token_draft(kNow, "n-1"));
  EXPECT_EQ(redeemed(), "accepted");
  op.jwks = test::jwk_with(test::next_op_key(), "next");
  auto draft = test::id_token_draft(kNow, "n-1");
  draft.header.erase("kid");
  draft.key = &test::next_op_key();
  op.give(draft);
  EXPECT_EQ(redeemed(kNow + 11s), "accepted");
}

TEST_F(OidcProvider, LosesNoLogoutToAKeyThatCannotBeReadYet) {
  ASSERT_TRUE(provider.metadata(kNow).ok());
  op.jwks = test::jwk_with(test::next_op_key(), "next");
  auto draft = test::logout_token_draft(kNow);
  draft.header["kid"] = json_text("next");
  draft.key = &test::next_op_key();
  const std::string token = draft.signed_text();
  EXPECT_EQ(provider.judge_logout(token, kNow + 1s).error().code, Errc::kUnavailable);
  op.is_down = true;
  EXPECT_EQ(provider.judge_logout(token, kNow + 11s).error().code, Errc::kUnavailable);
  op.is_down = false;
  const auto judged = provider.judge_logout(token, kNow + 22s);
  ASSERT_TRUE(judged.ok()) << judged.error().detail;
  EXPECT_TRUE(std::holds_alternative<LogoutNotice>(judged.value()));
}

TEST_F(OidcProvider, IsReadOnceForAllWhoComeAtTheSameTime) {
  std::promise<void> is_asked;
  std::promise<void> may_answer;
  std::atomic<int> reads{0};
  const auto go = may_answer.get_future().share();
  Provider slow{std::string{test::kIssuer}, client_with(ClientAuthentication::kPrivateKeyJwt),
                test::client_key(),
                [&](const std::string& url, const std::optional<std::string>& form) {
                  if (url == kMetadata && reads.fetch_add(1) == 0) {
                    is_asked.set_value();
                    go.wait();
                  }
                  return op.answer(url, form);
                }};
  auto first = std::async(std::launch::async, [&] { return slow.metadata(kNow).ok(); });
  is_asked.get_future().wait();
  auto second = std::async(std::launch::async, [&] { return slow.metadata(kNow).ok(); });
  may_answer.set_value();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(reads, 1);
}

TEST_F(OidcProvider, IsShownACertificateWhereItWantsToSeeOne) {
  op.metadata["mtls_endpoint_aliases"] =
      R"({"token_endpoint":"https://op.example.test/mtls/token"})";
  Provider other{std::string{test::kIssuer}, client_with(ClientAuthentication::kTlsClientAuth),
                 test::client_key(), op.exchange()};
  EXPECT_TRUE(other.try_client(kNow).ok());
  EXPECT_EQ(op.asked["https://op.example.test/mtls/token"], 1);
  EXPECT_TRUE(provider.try_client(kNow).ok());
  EXPECT_EQ(op.asked["https://op.example.test/token"], 1);
}

TEST_F(OidcProvider, IsBelievedForADayWhileItsAddressesDoNotAnswer) {
  const std::string token = test::logout_token_draft(kNow + 23h).signed_text();
  ASSERT_TRUE(provider.metadata(kNow).ok());
  op.is_down = true;
  const auto judged = provider.judge_logout(token, kNow + 23h);
  ASSERT_TRUE(judged.ok()) << judged.error().detail;
  EXPECT_TRUE(std::holds_alternative<LogoutNotice>(judged.value()));
  EXPECT_EQ(provider.judge_logout(token, kNow + 24h).error().code, Errc::kUnavailable);
}

TEST_F(OidcProvider, ThatWasNeverReachedIsNotWaitedForByEverybody) {
  op.is_down = true;
  EXPECT_EQ(provider.metadata(kNow).error().code, Errc::kUnavailable);
  EXPECT_EQ(provider.metadata(kNow + 9s).error().code, Errc::kUnavailable);
  EXPECT_EQ(op.asked[kMetadata], 1);
  op.is_down = false;
  EXPECT_TRUE(provider.metadata(kNow + 10s).ok());
}

TEST_F(OidcProvider, SaysWhatItHasAgainstACode) {
  op.token_answer = {400, R"({"error":"invalid_grant"})"};
  EXPECT_EQ(redeemed(), "unauthenticated oidc_code");
  op.token_answer = {401, R"({"error":"invalid_client","error_description":"a name"})"};
  EXPECT_EQ(redeemed(), "forbidden the provider's token endpoint refuses us: invalid_client");
  op.token_answer = {400, R"({"error":"Bearer of a name"})"};
  EXPECT_EQ(redeemed(), "forbidden the provider's token endpoint refuses us: for another reason");
  op.token_answer = {503, "<html>"};
  EXPECT_EQ(redeemed(), "unavailable the provider's token endpoint has a fault of its own");
  op.token_answer = {200, R"({"access_token":"at"})"};
  EXPECT_EQ(redeemed().substr(0, 9), "forbidden");
  op.token_answer = {200, "nonsense"};
  EXPECT_EQ(redeemed().substr(0, 9), "forbidden");
}

TEST_F(OidcProvider, IsNotBelievedWithMetadataThatIsNotItsOwnOrNotSafe) {
  const std::vector<std::pair<std::string, std::string>> changes{
      {"issuer", json_text("https://evil.example")},
      {"issuer", json_text(std::string{test::kIssuer} + "/")},
      {"authorization_endpoint", json_text("http://op.example.test/authorize")},
      {"authorization_endpoint", json_text("javascript:alert(1)")},
      {"token_endpoint", "null"},
      {"jwks_uri", json_text("https://op.example.test/jwks#x")},
      {"response_types_supported", R"(["token"])"},
      {"code_challenge_methods_supported", R"(["plain"])"},
      {"id_token_signing_alg_values_supported", R"(["HS256","none"])"}};
  Timestamp now = kNow;
  for (const auto& [name, value] : changes) {
    const auto before = op.metadata;
    op.metadata[name] = value;
    now = now + 10s;
    EXPECT_EQ(provider.metadata(now).error().code, Errc::kInvalidInput) << name << " " << value;
    op.metadata = before;
  }
  EXPECT_TRUE(provider.metadata(now + 10s).ok());
}

TEST(AuthorizationUrl, CarriesTheRequestAndNoSecret) {
  const std::vector<std::string> scopes{"openid", "profile"};
  const std::string verifier =
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636 appendix B
  const AuthorizationRequest request{"lead keep", test::kRedirectUri, scopes,    "s",
                                     "n",         verifier,           Ask::kOnce};
  EXPECT_EQ(
      authorization_url("https://op.example.test/authorize", request),
      "https://op.example.test/authorize?response_type=code&client_id=lead%20keep&"
      "redirect_uri=https%3A%2F%2Fleads.example.test%2Fv1%2Foidc%2Fcallback%2Fcloud&"
      "scope=openid%20profile&state=s&nonce=n&"
      "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
  AuthorizationRequest again = {request.client_id, request.redirect_uri, scopes, "s", "n",
                                verifier,          Ask::kAgain};
  const std::string url = authorization_url("https://op.example.test/a?tenant=1", again);
  EXPECT_EQ(url.substr(0, 50), "https://op.example.test/a?tenant=1&response_type=c");
  EXPECT_NE(url.find("&prompt=login&max_age=0"), std::string::npos);
  EXPECT_EQ(url.find(verifier), std::string::npos);
}

TEST(PublishedKeys, HoldNothingPrivate) {
  const std::string text = published_keys({&test::client_key(), &test::client_key()});
  const auto document = json::Document::parse(text, {.max_bytes = text.size()});
  ASSERT_TRUE(document.ok());
  ASSERT_EQ(document.value().root()["keys"].size(), 2u);
  for (const auto& [name, value] : document.value().root()["keys"].at(0).members()) {
    EXPECT_TRUE(name == "kty" || name == "use" || name == "alg" || name == "kid" || name == "n" ||
                name == "e" || name == "x5t#S256" || name == "x5c")
        << name;
  }
}

}  // namespace
}  // namespace leadkeep::oidc
