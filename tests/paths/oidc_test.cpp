// The path of a log-in at an OpenID provider, from the request to the session, and back out. What a
// token may say is in tests/unit/oidc.
#include "oidc_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Assurance;
using identity::ProofAge;
using identity::Role;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

auto claim(const std::string& name, const std::string& value) {
  return [=](TokenDraft& draft) { draft.claims[name] = value; };
}

TEST_F(OidcPath, LetsInWhomTheProviderProves) {
  const Browser browser = ask();
  must(come_back(browser));
  const auto opened = must(open(browser));
  EXPECT_EQ(opened.session.display_name(), "Alice Agent");
  EXPECT_EQ(opened.session.username(), "al");
  EXPECT_THAT(opened.session.roles(), ElementsAre(Role::kAgent));
  EXPECT_EQ(opened.session.assurance(), Assurance::kPassword);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kLogIn);
}

TEST_F(OidcPath, SendsTheBrowserWithARequestOfWhichTheSecretStaysHere) {
  const Browser browser = ask("cloud");
  EXPECT_THAT(browser.location, StartsWith("https://op.example.test/authorize?response_type=code"));
  EXPECT_THAT(browser.location, HasSubstr("state=" + browser.request.relay_state));
  EXPECT_THAT(browser.location, HasSubstr("nonce=" + browser.request.nonce));
  EXPECT_THAT(browser.location, Not(HasSubstr(browser.request.code_verifier)));
  EXPECT_THAT(browser.location, Not(HasSubstr("prompt")));
  EXPECT_EQ(browser.request.code_verifier.size(), 43u);
  must(come_back(browser));
  EXPECT_EQ(op.posted.at("code_verifier"), browser.request.code_verifier);
}

TEST_F(OidcPath, KnowsThePersonAgainBySubjectAndNotByName) {
  const auto first = signed_in();
  const auto renamed = signed_in(claim("preferred_username", json_text("alice")));
  EXPECT_EQ(renamed.agent(), first.agent());
  EXPECT_EQ(renamed.username(), "alice");
  const auto other = signed_in([](TokenDraft& draft) {
    draft.claims["sub"] = json_text("a-2");
    draft.claims["preferred_username"] = json_text("alice2");
    draft.claims["email"] = json_text("alice@example.test");
  });
  EXPECT_NE(other.agent(), first.agent());
}

TEST_F(OidcPath, CountsTheSecondFactorThatTheProviderNames) {
  EXPECT_EQ(signed_in(claim("acr", json_text("mfa"))).assurance(), Assurance::kIdentityProvider);
  EXPECT_EQ(signed_in(claim("acr", json_text("pwd"))).assurance(), Assurance::kPassword);
  auto& rules = service.providers.at("cloud").rules;
  rules.second_factor_attribute = "amr";
  EXPECT_EQ(signed_in(claim("amr", R"(["pwd","mfa"])")).assurance(), Assurance::kIdentityProvider);
  EXPECT_EQ(signed_in(claim("acr", json_text("mfa"))).assurance(), Assurance::kPassword);
}

TEST_F(OidcPath, LetsNobodyInWhoHasNoRoleHere) {
  EXPECT_FALSE(come_back(ask(), claim("groups", R"(["others"])")).ok());
  EXPECT_EQ(last_reason(), "without_role");
  EXPECT_FALSE(come_back(ask(), [](TokenDraft& d) { d.claims.erase("preferred_username"); }).ok());
  EXPECT_EQ(last_reason(), "no_username");
}

TEST_F(OidcPath, SaysInTheTrailWhichCheckHasRefused) {
  EXPECT_FALSE(come_back(ask(), claim("nonce", json_text("another"))).ok());
  EXPECT_EQ(last_reason(), "oidc_nonce");
  EXPECT_FALSE(come_back(ask(), claim("aud", json_text("another"))).ok());
  EXPECT_EQ(last_reason(), "oidc_audience");
  op.token_answer = {400, R"({"error":"invalid_grant"})"};
  const Browser browser = ask();
  EXPECT_FALSE(sign_on.take(answer_to(browser)).ok());
  EXPECT_EQ(last_reason(), "oidc_code");
}

TEST_F(OidcPath, TakesOneAnswerToARequest) {
  const Browser browser = ask();
  must(come_back(browser));
  EXPECT_FALSE(come_back(browser).ok());
  EXPECT_EQ(last_reason(), "oidc_replayed");
  must(open(browser));
  EXPECT_FALSE(open(browser).ok());
}

// A code that was stolen, or planted, in another browser.
TEST_F(OidcPath, TakesNoAnswerToWhatAnotherBrowserHasAsked) {
  const Browser victim = ask();
  const Browser attacker = ask();
  auto planted = answer_to(victim);
  planted.cookie = attacker.cookie;
  EXPECT_FALSE(sign_on.take(planted).ok());
  EXPECT_EQ(last_reason(), "oidc_state");
  auto without = answer_to(victim);
  without.cookie = {};
  EXPECT_FALSE(sign_on.take(without).ok());
  EXPECT_EQ(last_reason(), "oidc_browser");
  // The state fits; the token is that of the other request.
  auto injected = answer_to(victim);
  op.give(id_token_draft(store.clock().now(), attacker.request.nonce));
  EXPECT_FALSE(sign_on.take(injected).ok());
  EXPECT_EQ(last_reason(), "oidc_nonce");
}

// RFC 9207, and a redirect URI for each.
TEST_F(OidcPath, TakesNoAnswerOfAnotherProviderThanTheOneThatWasAsked) {
  OpenIdProvider evil{"https://evil.example.test"};
  service.providers.emplace("evil", cloud(evil, "https://evil.example.test"));
  const auto refused = [&](const flow::OidcSignOn::Answer& answer) {
    EXPECT_FALSE(sign_on.take(answer).ok());
    EXPECT_EQ(last_reason(), "oidc_mix_up");
  };
  const Browser browser = ask("cloud");
  auto elsewhere = answer_to(browser);
  elsewhere.provider = "evil";
  refused(elsewhere);
  auto named = answer_to(browser);
  named.issuer = "https://evil.example.test";
  refused(named);
  auto unnamed = answer_to(browser);
  unnamed.issuer = {};
  refused(unnamed);
  EXPECT_FALSE(op.posted.contains("code"));  // no code went anywhere
  EXPECT_FALSE(evil.posted.contains("code"));
}

TEST_F(OidcPath, TakesAnAnswerWithoutIssuerFromAProviderThatNamesNone) {
  op.metadata.erase("authorization_response_iss_parameter_supported");
  const Browser browser = ask();
  op.give(id_token_draft(store.clock().now(), browser.request.nonce));
  auto answer = answer_to(browser);
  answer.issuer = {};
  must(sign_on.take(answer));
}

TEST_F(OidcPath, SaysThatTheProviderHasRefusedWhereThereIsNoCode) {
  const Browser browser = ask();
  auto answer = answer_to(browser);
  answer.code = {};
  EXPECT_FALSE(sign_on.take(answer).ok());
  EXPECT_EQ(last_reason(), "oidc_provider_refused");
}

TEST_F(OidcPath, WaitsNoLongerThanTenMinutesForAnAnswer) {
  const Browser browser = ask();
  store.clock().advance(10min);
  EXPECT_FALSE(come_back(browser).ok());
  EXPECT_EQ(last_reason(), "oidc_browser");
}

// Any web page can send them, from the address of a whole office.
TEST_F(OidcPath, LetsAnswersThatNobodyHasAskedForKeepNobodyOut) {
  const Browser browser = ask();
  auto stranger = answer_to(browser);
  stranger.cookie = {};
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(sign_on.take(stranger).error().code, Errc::kUnauthenticated);
  }
  must(come_back(browser));
}

TEST_F(OidcPath, ThrottlesCodesThatTheProviderDoesNotKnow) {
  const auto browser = ask();
  const auto answer = answer_to(browser);
  Errc last{};
  for (int i = 0; i < 20 && last != Errc::kTooManyRequests; ++i) {
    last = sign_on.take(answer).error().code;
  }
  EXPECT_EQ(last, Errc::kTooManyRequests);
}

TEST_F(OidcPath, IsUnavailableAndNotRefusedWhileTheProviderIsDown) {
  op.is_down = true;
  EXPECT_EQ(sign_on.begin_log_in("").error().code, Errc::kUnavailable);
}

TEST_F(OidcPath, CountsAnOutageAgainstNobody) {
  const Browser browser = ask();
  op.token_answer = {503, ""};
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(sign_on.take(answer_to(browser)).error().code, Errc::kUnavailable);
  }
  must(come_back(browser));
}

TEST_F(OidcPath, AsksNothingForACodeThatWasExchanged) {
  const Browser browser = ask();
  must(come_back(browser));
  const int asked = op.asked["https://op.example.test/token"];
  EXPECT_FALSE(sign_on.take(answer_to(browser)).ok());
  EXPECT_EQ(last_reason(), "oidc_replayed");
  EXPECT_EQ(op.asked["https://op.example.test/token"], asked);
}

TEST_F(OidcPath, IsUnavailableForALogoutWhileTheProviderIsDown) {
  op.is_down = true;
  EXPECT_EQ(
      logout.take("cloud", logout_token_draft(store.clock().now()).signed_text()).error().code,
      Errc::kUnavailable);
}

TEST_F(OidcPath, StepsUpOnlyWithAProofThatIsNew) {
  const auto session = signed_in();
  store.clock().advance(20min);
  const auto stale = store.clock().now();
  store.clock().advance(2min);
  const auto old = ask_again(session);
  EXPECT_THAT(old.location, HasSubstr("&prompt=login&max_age=0"));
  EXPECT_FALSE(come_back(old, claim("auth_time", std::to_string(stale.ms / 1000))).ok());
  EXPECT_EQ(last_reason(), "oidc_authenticated");
  const auto fresh = ask_again(session);
  must(come_back(fresh));
  const auto renewed = must(log_in.step_up(session, attempt_of(fresh)));
  EXPECT_EQ(renewed.session.agent(), session.agent());
}

TEST_F(OidcPath, IsNoFreshProofWhereTheProviderDoesNotSayWhenItWas) {
  const auto session = signed_in([](TokenDraft& draft) { draft.claims.erase("auth_time"); });
  EXPECT_EQ(session.proof_age(), ProofAge::kOld);
  EXPECT_EQ(signed_in().proof_age(), ProofAge::kFresh);
}

TEST_F(OidcPath, IsNowhereWhereTheOperatorHasNamedNobody) {
  EXPECT_EQ(no_oidc_sign_on.begin_log_in("").error().code, Errc::kNotFound);
  EXPECT_EQ(no_oidc_sign_on.published_keys().error().code, Errc::kNotFound);
  EXPECT_EQ(no_oidc_sign_on.take({}).error().code, Errc::kNotFound);
  EXPECT_EQ(no_oidc_logout.take("cloud", "x").error().code, Errc::kNotFound);
  EXPECT_EQ(logout.take("nobody", "x").error().code, Errc::kNotFound);
}

// -- and out again -------------------------------------------------------------------------------

TEST_F(OidcPath, EndsTheSessionThatHasEndedThereAndNoOther) {
  const auto here = signed_in();
  const auto other = signed_in(claim("sid", json_text("s-2")));
  must(logout.take("cloud", logout_token_draft(store.clock().now()).signed_text()));
  EXPECT_FALSE(is_live(here));
  EXPECT_TRUE(is_live(other));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kLogOut);
  EXPECT_EQ(last_reason(), "back_channel_logout");
}

TEST_F(OidcPath, EndsAllSessionsOfAPersonWhereNoneIsNamedAndOneWhereNobodyIs) {
  const auto first = signed_in();
  const auto second = signed_in(claim("sid", json_text("s-2")));
  auto session_only = logout_token_draft(store.clock().now(), "j-1");
  session_only.claims.erase("sub");
  must(logout.take("cloud", session_only.signed_text()));
  EXPECT_FALSE(is_live(first));
  EXPECT_TRUE(is_live(second));
  auto person_only = logout_token_draft(store.clock().now(), "j-2");
  person_only.claims.erase("sid");
  must(logout.take("cloud", person_only.signed_text()));
  EXPECT_FALSE(is_live(second));
}

TEST_F(OidcPath, EndsNoSessionOfWhichTheProviderHasNamedNoneWhereNobodyIsNamed) {
  const auto session = signed_in([](TokenDraft& draft) { draft.claims.erase("sid"); });
  auto draft = logout_token_draft(store.clock().now());
  draft.claims.erase("sub");
  must(logout.take("cloud", draft.signed_text()));
  EXPECT_TRUE(is_live(session));
}

TEST_F(OidcPath, TakesALogoutTokenOnce) {
  const std::string token = logout_token_draft(store.clock().now()).signed_text();
  must(logout.take("cloud", token));
  const auto session = signed_in();
  const auto again = logout.take("cloud", token);
  EXPECT_EQ(again.error().detail, "oidc_replayed");
  EXPECT_TRUE(is_live(session));
}

TEST_F(OidcPath, ReachesALogInThatHasNotBecomeASession) {
  const Browser browser = ask();
  must(come_back(browser));
  must(logout.take("cloud", logout_token_draft(store.clock().now()).signed_text()));
  EXPECT_FALSE(open(browser).ok());
}

TEST_F(OidcPath, ReachesALogInWhoseCodeIsStillOnItsWay) {
  const Browser browser = ask();
  store.clock().advance(1ms);
  must(logout.take("cloud", logout_token_draft(store.clock().now()).signed_text()));
  EXPECT_FALSE(come_back(browser).ok());
  EXPECT_EQ(last_reason(), "signed_out");
  EXPECT_TRUE(is_live(signed_in())) << "asked for after that";
}

TEST_F(OidcPath, EndsNothingForATokenThatIsNotOfThatProvider) {
  const auto session = signed_in();
  auto forged = logout_token_draft(store.clock().now());
  forged.key = &next_op_key();
  EXPECT_EQ(logout.take("cloud", forged.signed_text()).error().detail, "oidc_signature");
  OpenIdProvider other{"https://other.example.test"};
  service.providers.emplace("other", cloud(other, "https://other.example.test"));
  EXPECT_EQ(
      logout.take("other", logout_token_draft(store.clock().now()).signed_text()).error().detail,
      "oidc_issuer");
  EXPECT_TRUE(is_live(session));
}

TEST_F(OidcPath, SignsOutHereAtOnceAndSaysWhereTheProviderSignsOut) {
  const auto session = signed_in();
  EXPECT_EQ(must(logout.begin(session)),
            "https://op.example.test/end?client_id=leadkeep&"
            "post_logout_redirect_uri=https%3A%2F%2Fleads.example.test%2F");
  EXPECT_FALSE(is_live(session));
  op.metadata.erase("end_session_endpoint");
  store.clock().advance(2h);
  EXPECT_EQ(must(logout.begin(signed_in())), std::nullopt);
}

}  // namespace
}  // namespace leadkeep::test
