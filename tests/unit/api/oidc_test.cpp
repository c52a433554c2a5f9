// The doors of a log-in at an OpenID provider.
#include "house_with_doors.h"
#include "oidc/cloud.h"

#include <gmock/gmock.h>

namespace leadkeep::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kForm = "Content-Type: application/x-www-form-urlencoded\r\n";

class OidcDoors : public HouseWithDoors {
 protected:
  OidcDoors() {
    service.providers.emplace("cloud", cloud(op));
    service.published_keys = oidc::published_keys({&client_key()});
    service.home = std::string{kOrigin} + "/";
    open_doors(no_sign_on, no_single_logout, sign_on, logout);
  }

  struct Asked {
    std::string cookie;  // name and value
    identity::SignOnRequest request;
    TestResponse response;
  };

  Asked ask(TestClient& c) {
    Asked asked;
    asked.response = c.ask("GET", "/v1/oidc/login?provider=cloud");
    const std::string set = asked.response.field("set-cookie");
    asked.cookie = set.substr(0, set.find(';'));
    asked.request = *sign_on_requests.find_answered(asked.cookie.substr(asked.cookie.find('=') + 1),
                                                    store.clock().now());
    op.give(id_token_draft(store.clock().now(), asked.request.nonce));
    return asked;
  }

  static TestResponse come_back(TestClient& c, const Asked& asked, const std::string& more = "",
                                const std::string& path = "/v1/oidc/callback/cloud") {
    return c.ask("GET",
                 path + "?code=c-1&state=" + asked.request.relay_state +
                     "&iss=" + percent_encode(kIssuer) + more,
                 "Cookie: " + asked.cookie + "\r\n");
  }

  static TestResponse post_logout(TestClient& c, const std::string& token,
                                  const std::string& path = "/v1/oidc/logout/cloud") {
    return c.ask("POST", path, std::string{kForm}, "logout_token=" + token);
  }

  OpenIdProvider op;
  flow::OidcService service;
  flow::OidcSignOn sign_on{house, &service, sign_on_requests, sign_on_answers, throttle, refuse};
  flow::OidcLogout logout{house, &service, log_in, sessions, sign_on_answers, refuse};
};

TEST_F(OidcDoors, SendTheBrowserThereWithACookieThatComesBackByALinkAlone) {
  auto c = client();
  const auto asked = ask(c);
  EXPECT_EQ(asked.response.status, 303);
  EXPECT_THAT(asked.response.field("location"), StartsWith("https://op.example.test/authorize?"));
  EXPECT_THAT(asked.response.field("set-cookie"),
              testing::AllOf(HasSubstr("__Host-"), HasSubstr("; SameSite=Lax"),
                             HasSubstr("; HttpOnly"), HasSubstr("; Secure")));
  EXPECT_EQ(asked.response.field("cache-control"), "no-store");
}

TEST_F(OidcDoors, SendWhoComesBackHome) {
  auto c = client();
  const auto back = come_back(c, ask(c), "&session_state=of-the-provider");
  EXPECT_EQ(back.status, 303);
  EXPECT_EQ(back.field("location"), std::string{kOrigin} + "/");
}

TEST_F(OidcDoors, ShowAPageForEveryRefusalAndNeverWhy) {
  auto c = client();
  auto asked = ask(c);
  asked.request.relay_state = "another";
  const auto page = come_back(c, asked);
  EXPECT_EQ(page.status, 401);
  EXPECT_THAT(page.field("content-type"), StartsWith("text/html"));
  EXPECT_THAT(page.body, Not(HasSubstr("oidc_state")));
  const auto error = c.ask(
      "GET", "/v1/oidc/callback/cloud?error=access_denied&state=" + ask(c).request.relay_state);
  EXPECT_EQ(error.status, 401);
}

TEST_F(OidcDoors, RefuseAnAnswerThatSaysSomethingTwice) {
  auto c = client();
  EXPECT_EQ(come_back(c, ask(c), "&code=c-2").status, 400);
  EXPECT_EQ(come_back(c, ask(c), "&state=s-2").status, 400);
  EXPECT_EQ(come_back(c, ask(c), "&iss=x").status, 400);
}

TEST_F(OidcDoors, AreThereForProvidersThatTheOperatorHasNamed) {
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/v1/oidc/login?provider=other").status, 404);
  EXPECT_EQ(post_logout(c, "x", "/v1/oidc/logout/other").status, 404);
  EXPECT_EQ(come_back(c, ask(c), "", "/v1/oidc/callback/other").status, 401);
}

TEST_F(OidcDoors, PublishOurKeys) {
  auto c = client();
  const auto shown = c.ask("GET", "/v1/oidc/jwks");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.field("content-type"), "application/jwk-set+json");
  EXPECT_EQ(shown.body, service.published_keys);
}

TEST_F(OidcDoors, TakeALogoutTokenAndSayNoToWhatIsNone) {
  auto c = client();
  (void)ask(c);
  const auto good = logout_token_draft(store.clock().now()).signed_text();
  EXPECT_EQ(post_logout(c, good).status, 200);
  EXPECT_EQ(post_logout(c, good).status, 400);  // twice
  EXPECT_EQ(post_logout(c, "nonsense").status, 400);
  EXPECT_EQ(c.ask("POST", "/v1/oidc/logout/cloud", std::string{kForm}, "token=x").status, 400);
  EXPECT_EQ(
      c.ask("POST", "/v1/oidc/logout/cloud", "Content-Type: application/json\r\n", "{}").status,
      415);
  EXPECT_EQ(post_logout(c, std::string(70'000, 'a')).status, 413);
}

TEST_F(OidcDoors, SignOutAtOnce) {
  auto c = client();
  const std::string token = token_field_of("anna", {identity::Role::kAgent});
  const auto out = c.ask("POST", "/v1/session/logout/oidc", token);
  EXPECT_EQ(out.status, 200);
  EXPECT_EQ(out.body, "{}");
  EXPECT_EQ(c.ask("GET", "/v1/session", token).status, 401);
}

}  // namespace
}  // namespace leadkeep::test
