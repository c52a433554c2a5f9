// The path of a browser that stands in for the second factor: remembered, shown, copied, forgotten.
#include "path_house.h"
#include "refused_log_in.h"
#include "soft_authenticator.h"

#include <leadkeep/crypto/token.h>
#include <leadkeep/dpop/holder.h>
#include <leadkeep/identity/totp.h>

#include <algorithm>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Action;
using identity::Assurance;
using identity::ProofAge;
using identity::Role;

class RecognisedDevicePath : public ::testing::Test, public PathHouse {
 protected:
  // What a browser has: the key, and two cookies.
  struct SoftBrowser {
    dpop::Thumbprint key = dpop::Holder{}.thumbprint();
    SecretBytes token;
    std::optional<identity::DeviceId> device;
    SecretBytes secret;
  };

  static SecretBytes typed(std::string_view text) { return SecretBytes::copy_of(as_bytes(text)); }

  [[nodiscard]] identity::LoginAttempt attempt_of(std::string_view name,
                                                  const SoftBrowser& browser) const {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = std::string{name};
    attempt.password = typed(kPassword);
    attempt.source = "192.0.2.7";
    attempt.device_key = browser.key;
    attempt.session_before = browser.token.clone();
    if (browser.device) {
      attempt.device = {*browser.device, browser.secret.clone(), browser.key};
    }
    return attempt;
  }

  Result<identity::OpenedSession> log_in_from(SoftBrowser& browser, std::string_view name,
                                              std::string_view factor = {}) {
    auto attempt = attempt_of(name, browser);
    attempt.second_factor = typed(factor);
    LK_TRY(auto opened, log_in.log_in(attempt));
    browser.token = opened.token.clone();
    if (opened.device) {
      browser.secret = opened.device->secret.clone();
    }
    return opened;
  }

  Result<identity::Session> resume(const SoftBrowser& browser) {
    return log_in.resume({a_program(), browser.token.expose(), browser.key, "192.0.2.7"});
  }

  std::string next_code(const std::string& name) {
    store.clock().advance(30s);
    return identity::totp::code_at(m_apps.at(name), identity::totp::step_at(store.clock().now()));
  }

  // An agent with an app, signed in from this browser with a code of it.
  identity::Session sign_in_with_app(const std::string& name, Role role, SoftBrowser& browser) {
    const auto first = sign_in(name, {role});
    m_apps[name] = must(enrol_second_factor.offer(first, {}));
    must(enrol_second_factor.confirm(
        first, typed(identity::totp::code_at(m_apps[name],
                                             identity::totp::step_at(store.clock().now())))));
    return must(log_in_from(browser, name, next_code(name))).session;
  }

  void use_new_app(const std::string& name, identity::Session& session) {
    SecretBytes app = must(enrol_second_factor.offer(session, typed(next_code(name))));
    auto enrolled = must(enrol_second_factor.confirm(
        session,
        typed(identity::totp::code_at(app, identity::totp::step_at(store.clock().now())))));
    m_apps[name] = std::move(app);
    session = std::move(enrolled.session.session);
  }

  void remember(const identity::Session& session, SoftBrowser& browser,
                std::string_view name = "Office") {
    auto remembered = must(keep_devices.remember(session, name));
    browser.device = remembered.device.id;
    browser.secret = std::move(remembered.secret);
  }

  void sign_in_and_remember(const std::string& name, SoftBrowser& browser) {
    remember(sign_in_with_app(name, Role::kAgent, browser), browser);
  }

 private:
  std::map<std::string, SecretBytes> m_apps;
};

TEST_F(RecognisedDevicePath, StandsInForTheSecondFactorAndForNothingElse) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kDeviceRemembered);
  const auto opened = must(log_in_from(browser, "anna"));
  EXPECT_EQ(opened.session.assurance(), Assurance::kRecognisedDevice);
  EXPECT_EQ(opened.session.proof_age(), ProofAge::kOld);
  EXPECT_TRUE(authoriser.permit<Action::kReadInbox>(opened.session));
  EXPECT_EQ(trail().back().entry.reason, "recognised_device");
  EXPECT_EQ(keep_devices.remember(opened.session, "Another").error().code, Errc::kStepUpRequired);
  EXPECT_EQ(enrol_passkey.ask(opened.session).error().code, Errc::kStepUpRequired);
  EXPECT_EQ(enrol_second_factor.offer(opened.session, {}).error().code, Errc::kProofRefused);
  SoftBrowser elsewhere;
  expect_refused(*this, log_in_from(elsewhere, "anna"), "second_factor_missing");
}

TEST_F(RecognisedDevicePath, ReplacesNoPassword) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  auto attempt = attempt_of("anna", browser);
  attempt.password = typed("wrong");
  EXPECT_FALSE(log_in.log_in(attempt));
  EXPECT_TRUE(log_in_from(browser, "anna")) << "and is not forgotten for it";
}

TEST_F(RecognisedDevicePath, IsNoProofForAStepUp) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  const auto opened = must(log_in_from(browser, "anna"));
  EXPECT_EQ(log_in.step_up(opened.session, attempt_of("anna", browser)).error().code,
            Errc::kProofRefused);
  auto with_code = attempt_of("anna", browser);
  with_code.second_factor = typed(next_code("anna"));
  const auto proven = must(log_in.step_up(opened.session, std::move(with_code)));
  EXPECT_EQ(proven.session.assurance(), Assurance::kTwoFactors);
  EXPECT_EQ(proven.session.proof_age(), ProofAge::kFresh);
  EXPECT_EQ(proven.session.device_key(), browser.key) << "it stays in its browser";
}

TEST_F(RecognisedDevicePath, ReplacesTheSecretAtEachLogIn) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  const auto first = browser.secret.clone();
  must(log_in_from(browser, "anna"));
  EXPECT_FALSE(same_bytes(first.expose(), browser.secret.expose()));
  const auto second = browser.secret.clone();
  must(log_in_from(browser, "anna"));
  EXPECT_FALSE(same_bytes(second.expose(), browser.secret.expose()));
}

TEST_F(RecognisedDevicePath, LetsTabsOfOneBrowserSignInAtOnce) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  const auto late = attempt_of("anna", browser);
  must(log_in_from(browser, "anna"));
  must(log_in_from(browser, "anna"));
  store.clock().advance(59s);
  const auto other_tab = must(log_in.log_in(late));
  EXPECT_FALSE(other_tab.device) << "the browser has the new secret, or is about to";
  EXPECT_TRUE(log_in_from(browser, "anna"));
}

// Each has read the clock before it waited for its turn.
TEST_F(RecognisedDevicePath, LetsATabInThatReadTheClockBeforeTheOneThatCameFirst) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  const auto late = attempt_of("anna", browser);
  store.clock().advance(2s);
  must(log_in_from(browser, "anna"));
  store.clock().advance(-2s);
  EXPECT_TRUE(log_in.log_in(late));
}

TEST_F(RecognisedDevicePath, TakesTheSecretBeforeAsLongAsTheNewOneWasNeverShown) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  const auto lost = attempt_of("anna", browser);
  must(log_in.log_in(lost));  // and the answer does not arrive
  store.clock().advance(24h);
  const auto again = must(log_in_from(browser, "anna"));
  ASSERT_TRUE(again.device) << "it gets another one";
  store.clock().advance(24h);
  EXPECT_TRUE(log_in_from(browser, "anna"));
}

TEST_F(RecognisedDevicePath, WhoseOldSecretIsShownIsForgottenWithAllThatIsOpen) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  const auto copied = attempt_of("anna", browser);
  must(log_in_from(browser, "anna"));
  must(log_in_from(browser, "anna"));
  store.clock().advance(60s);
  expect_refused(*this, log_in.log_in(copied), "device_copied");
  EXPECT_FALSE(resume(browser)) << "nobody knows which of the two opened it";
  expect_refused(*this, log_in_from(browser, "anna"), "second_factor_missing");
  EXPECT_TRUE(log_in_from(browser, "anna", next_code("anna")));
}

TEST_F(RecognisedDevicePath, IsWorthNothingWithoutItsKeyAndForgottenWhenThatIsTried) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  SoftBrowser thief;  // has the device's cookie, and a key of its own
  thief.device = browser.device;
  thief.secret = browser.secret.clone();
  expect_refused(*this, log_in_from(thief, "anna"), "device_without_key");
  EXPECT_TRUE(resume(browser)) << "a browser that lost its key looks the same";
  expect_refused(*this, log_in_from(browser, "anna"), "second_factor_missing");
}

TEST_F(RecognisedDevicePath, IsNotForgottenForASecretThatWasNeverGivenOut) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  SoftBrowser guesser;
  guesser.device = browser.device;
  guesser.secret = crypto::token::draw();
  expect_refused(*this, log_in_from(guesser, "anna"), "second_factor_missing");
  EXPECT_TRUE(log_in_from(browser, "anna"));
}

TEST_F(RecognisedDevicePath, KnowsTheLastEightOldSecretsAndTakesNone) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  std::vector<identity::LoginAttempt> old;
  for (int i = 0; i < 12; ++i) {
    old.push_back(attempt_of("anna", browser));
    store.clock().advance(2min);
    must(log_in_from(browser, "anna"));
  }
  store.clock().advance(2min);
  expect_refused(*this, log_in.log_in(old[0]), "second_factor_missing");
  EXPECT_TRUE(log_in_from(browser, "anna"));
  expect_refused(*this, log_in.log_in(old[8]), "device_copied");
}

TEST_F(RecognisedDevicePath, IsOfItsAgentOnly) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  SoftBrowser of_bert;
  sign_in_with_app("bert", Role::kAgent, of_bert);
  auto attempt = attempt_of("bert", browser);
  expect_refused(*this, log_in.log_in(attempt), "second_factor_missing");
  EXPECT_TRUE(log_in_from(browser, "anna")) << "who shares a machine takes nothing from it";
}

TEST_F(RecognisedDevicePath, CountsNoMoreWhenItWasNotUsedForFourteenDays) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  store.clock().advance(24h * 14 - 1s);
  must(log_in_from(browser, "anna"));
  store.clock().advance(24h * 14);
  expect_refused(*this, log_in_from(browser, "anna"), "second_factor_missing");
}

TEST_F(RecognisedDevicePath, CountsNoMoreAfterThirtyDaysHoweverOftenItWasUsed) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  for (int day = 0; day < 29; ++day) {
    store.clock().advance(24h);
    ASSERT_TRUE(log_in_from(browser, "anna")) << day;
  }
  store.clock().advance(24h);
  expect_refused(*this, log_in_from(browser, "anna"), "second_factor_missing");
}

TEST_F(RecognisedDevicePath, CountsNoMoreWhereTheClockWasSetBack) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  store.clock().advance(-1h);
  expect_refused(*this, log_in_from(browser, "anna"), "second_factor_missing");
}

TEST_F(RecognisedDevicePath, CountsNoMoreAfterTheAgentWasDisabled) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  const auto operator_of_the_host = flow::ManageAgents::By::operator_of_the_host();
  must(manage_agents.set_state(operator_of_the_host, "anna",
                               identity::AgentSummary::State::kDisabled));
  must(manage_agents.set_state(operator_of_the_host, "anna",
                               identity::AgentSummary::State::kActive));
  expect_refused(*this, log_in_from(browser, "anna"), "second_factor_missing");
}

TEST_F(RecognisedDevicePath, IsForgottenWithNewPaperANewAppAndAReset) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  auto session = must(resume(browser));
  must(enrol_second_factor.replace_recovery_codes(session, typed(next_code("anna"))));
  EXPECT_TRUE(must(keep_devices.list(session)).empty());
  expect_refused(*this, log_in_from(browser, "anna"), "second_factor_missing");

  remember(session, browser);
  use_new_app("anna", session);
  expect_refused(*this, log_in_from(browser, "anna"), "second_factor_missing");

  must(log_in_from(browser, "anna", next_code("anna")));
  remember(must(resume(browser)), browser);
  must(enrol_second_factor.reset(flow::ManageAgents::By::operator_of_the_host(), "anna"));
  expect_refused(*this, log_in_from(browser, "anna"), "enrolment_code");
}

TEST_F(RecognisedDevicePath, IsForgottenWithAPasskeyAddedOrRemoved) {
  SoftBrowser browser;
  const auto first = sign_in_with_app("anna", Role::kAgent, browser);
  remember(first, browser);
  SoftAuthenticator laptop{kOrigin, "inbox.example"};
  const auto asked = must(enrol_passkey.ask(first));
  const auto enrolled = must(enrol_passkey.enrol(first, "Laptop", laptop.make(asked.challenge)));
  EXPECT_TRUE(must(keep_devices.list(enrolled.session.session)).empty());
  remember(enrolled.session.session, browser);
  const auto removed = must(enrol_passkey.remove(enrolled.session.session, enrolled.id));
  EXPECT_TRUE(must(keep_devices.list(removed.session)).empty());
}

TEST_F(RecognisedDevicePath, IsForgottenWithANewPassword) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  const auto changed = must(change_password.change(must(resume(browser)), typed(kPassword),
                                                   typed("seven purple violins")));
  EXPECT_TRUE(must(keep_devices.list(changed.session)).empty());
  EXPECT_EQ(changed.session.device_key(), browser.key);
  remember(changed.session, browser);
  must(change_password.set("anna", typed("nine yellow trumpets")));
  auto attempt = attempt_of("anna", browser);
  attempt.password = typed("nine yellow trumpets");
  expect_refused(*this, log_in.log_in(attempt), "second_factor_missing");
}

TEST_F(RecognisedDevicePath, IsNotForAdministrators) {
  SoftBrowser browser;
  const auto session = sign_in_with_app("root", Role::kAdmin, browser);
  EXPECT_EQ(keep_devices.remember(session, "Office").error().code, Errc::kForbidden);
}

TEST_F(RecognisedDevicePath, IsOfABrowserOnly) {
  const auto session = sign_in("anna", {Role::kAgent});
  const auto secret = must(enrol_second_factor.offer(session, {}));
  const auto enrolled = must(enrol_second_factor.confirm(
      session,
      typed(identity::totp::code_at(secret, identity::totp::step_at(store.clock().now())))));
  EXPECT_EQ(keep_devices.remember(enrolled.session.session, "A program").error().code,
            Errc::kConflict);
}

TEST_F(RecognisedDevicePath, NeedsASecondFactorThatWasUsedWithinFiveMinutes) {
  SoftBrowser browser;
  sign_in("anna", {Role::kAgent});
  const auto by_password = must(log_in_from(browser, "anna"));
  EXPECT_EQ(keep_devices.remember(by_password.session, "Office").error().code,
            Errc::kStepUpRequired);
  SoftBrowser other;
  sign_in_with_app("bert", Role::kAgent, other);
  store.clock().advance(5min);
  EXPECT_EQ(keep_devices.remember(must(resume(other)), "Office").error().code,
            Errc::kStepUpRequired);
}

TEST_F(RecognisedDevicePath, TakesNamesThatCanBeRead) {
  SoftBrowser browser;
  const auto session = sign_in_with_app("anna", Role::kAgent, browser);
  for (const std::string& name :
       {std::string{}, std::string(65, 'a'), std::string{"a\nb"}, std::string{"\xff"}}) {
    EXPECT_EQ(keep_devices.remember(session, name).error().code, Errc::kInvalidInput);
  }
  remember(session, browser, std::string(64, 'a'));
}

TEST_F(RecognisedDevicePath, FiveAreTheMostAndTheSameBrowserCountsOnce) {
  SoftBrowser first;
  auto session = sign_in_with_app("anna", Role::kAgent, first);
  remember(session, first);
  remember(session, first, "Office again");
  EXPECT_EQ(must(keep_devices.list(session)).size(), 1U);
  for (int i = 0; i < 4; ++i) {
    SoftBrowser more;
    remember(must(log_in_from(more, "anna", next_code("anna"))).session, more);
  }
  SoftBrowser sixth;
  session = must(log_in_from(sixth, "anna", next_code("anna"))).session;
  EXPECT_EQ(keep_devices.remember(session, "One more").error().code, Errc::kConflict);
  EXPECT_EQ(must(keep_devices.list(session)).size(), 5U);
}

TEST_F(RecognisedDevicePath, ForgottenByItsAgentEndsItsSessionsButTheOneThatAsks) {
  SoftBrowser lost;
  sign_in_and_remember("anna", lost);
  SoftBrowser here;
  const auto session = must(log_in_from(here, "anna", next_code("anna"))).session;
  must(keep_devices.forget(session, *lost.device));
  EXPECT_FALSE(resume(lost));
  EXPECT_TRUE(resume(here));
  expect_refused(*this, log_in_from(lost, "anna"), "second_factor_missing");
  EXPECT_EQ(keep_devices.forget(session, *lost.device).error().code, Errc::kNotFound);

  remember(session, here);
  must(keep_devices.forget(session, *here.device));
  EXPECT_TRUE(resume(here)) << "who asks stays";
}

TEST_F(RecognisedDevicePath, IsForgottenByNobodyElseThanItsAgentAndThoseWhoManageAgents) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  SoftBrowser of_bert;
  const auto bert = sign_in_with_app("bert", Role::kAgent, of_bert);
  EXPECT_EQ(keep_devices.forget(bert, *browser.device).error().code, Errc::kNotFound);
  EXPECT_TRUE(must(keep_devices.list(bert)).empty());

  const auto admin = permit<Action::kManageAgents>(sign_in("root", {Role::kAdmin}));
  const auto listed = must(keep_devices.list_of(admin, "anna"));
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].id, *browser.device);
  EXPECT_EQ(listed[0].name, "Office");
  EXPECT_EQ(trail().back().entry.act, audit::Act::kDevicesListed);
  EXPECT_EQ(must(keep_devices.forget_of(admin, "anna", std::nullopt)), 1U);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kDeviceForgotten);
  EXPECT_FALSE(resume(browser));
  EXPECT_EQ(must(keep_devices.forget_of(admin, "anna", std::nullopt)), 0U);
  EXPECT_EQ(keep_devices.forget_of(admin, "anna", browser.device).error().code, Errc::kNotFound);
  EXPECT_EQ(keep_devices.forget_of(admin, "nobody", std::nullopt).error().code, Errc::kNotFound);
}

TEST_F(RecognisedDevicePath, StolenSessionCookieOnAnotherDeviceEndsTheSession) {
  SoftBrowser browser;
  sign_in_with_app("anna", Role::kAgent, browser);
  ASSERT_TRUE(resume(browser));
  SoftBrowser thief;
  thief.token = browser.token.clone();
  EXPECT_EQ(resume(thief).error().code, Errc::kUnauthenticated);
  const auto last = trail().back().entry;
  EXPECT_EQ(last.act, audit::Act::kLogOut);
  EXPECT_EQ(last.reason, "another_device");
  EXPECT_EQ(resume(browser).error().code, Errc::kUnauthenticated) << "its cookie is known";
  const auto here = must(log_in_from(browser, "anna", next_code("anna"))).session;
  const auto history = must(own_sessions.log_ins(here));
  EXPECT_TRUE(std::ranges::any_of(history, [](const identity::PastLogIn& one) {
    return one.how == "another_device" && one.source == "192.0.2.7";
  })) << "the agent sees where it was shown";
}

TEST_F(RecognisedDevicePath, SessionCookieIsNoBearerTokenAndABearerTokenIsNoCookie) {
  SoftBrowser browser;
  sign_in_with_app("anna", Role::kAgent, browser);
  sign_in("bert", {Role::kAgent});
  identity::LoginAttempt of_a_program{a_program()};
  of_a_program.username = "bert";
  of_a_program.password = typed(kPassword);
  const auto opened = must(log_in.log_in(of_a_program));
  EXPECT_FALSE(log_in.resume({a_program(), opened.token.expose(), browser.key}));
  EXPECT_TRUE(log_in.resume({a_program(), opened.token.expose()})) << "which harms nobody";
  EXPECT_FALSE(log_in.resume({a_program(), browser.token.expose()}));
  EXPECT_FALSE(resume(browser)) << "a cookie outside of its browser was stolen";
}

TEST_F(RecognisedDevicePath, NewLogInTakesThePlaceOfTheSessionInTheCookie) {
  SoftBrowser browser;
  sign_in_with_app("anna", Role::kAgent, browser);
  const auto before = browser.token.clone();
  must(log_in_from(browser, "anna", next_code("anna")));
  EXPECT_FALSE(log_in.resume({a_program(), before.expose(), browser.key}));
  EXPECT_TRUE(resume(browser));
}

// Session fixation: whoever plants a cookie of theirs gets nothing of what is opened over it.
TEST_F(RecognisedDevicePath, PlantedCookieIsNotTheOneThatIsSignedIn) {
  SoftBrowser attacker;
  sign_in_with_app("eve", Role::kAgent, attacker);
  SoftBrowser victim;
  victim.token = attacker.token.clone();
  sign_in_with_app("anna", Role::kAgent, victim);
  EXPECT_FALSE(same_bytes(victim.token.expose(), attacker.token.expose()));
  EXPECT_EQ(must(resume(victim)).username(), "anna");
  EXPECT_EQ(must(resume(attacker)).username(), "eve");
}

TEST_F(RecognisedDevicePath, SessionOfADeviceEndsWhereARoleOfItsAgentMayHaveNone) {
  SoftBrowser browser;
  sign_in_and_remember("anna", browser);
  must(log_in_from(browser, "anna"));
  ASSERT_TRUE(resume(browser));
  const identity::SessionStore strict{
      identity::SessionLimits{}, directory_word,
      identity::SecondFactorPolicy{{}, {.accepted_for = {Role::kSupervisor}}}};
  const auto found = store->read([&](store::ReadTxn& txn) {
    return strict.find(txn, {a_program(), browser.token.expose(), browser.key},
                       store.clock().now());
  });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::kUnauthenticated);
}

}  // namespace
}  // namespace leadkeep::test
