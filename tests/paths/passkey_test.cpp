// The path of a passkey: enrolled, signing in, proving again who acts, copied, removed.
#include "path_house.h"
#include "refused_log_in.h"
#include "soft_authenticator.h"

#include <leadkeep/identity/totp.h>

#include <type_traits>

#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Action;
using identity::Assurance;
using identity::Role;

static_assert(!std::is_default_constructible_v<identity::ProvenPasskey>);
static_assert(!std::is_convertible_v<identity::ProvenPasskey, identity::Admission>);

class PasskeyPath : public ::testing::Test, public PathHouse {
 protected:
  PasskeyPath() : PathHouse{store::Rehearsal::kEveryWrite, {Role::kSupervisor}} {}

  static SecretBytes typed(std::string_view text) { return SecretBytes::copy_of(as_bytes(text)); }

  Result<flow::EnrolPasskey::Enrolled> try_to_enrol(const identity::Session& session,
                                                    SoftAuthenticator& device,
                                                    std::string_view name = "Laptop") {
    const auto question = must(enrol_passkey.ask(session));
    const ByteView agent = session.agent().bytes();
    device.user_handle.assign(agent.begin(), agent.end());
    return enrol_passkey.enrol(session, name, device.make(question.challenge));
  }

  flow::EnrolPasskey::Enrolled enrol(const identity::Session& session, SoftAuthenticator& device) {
    return must(try_to_enrol(session, device));
  }

  // Time goes on: a passkey answers no two questions of one moment.
  Result<identity::OpenedSession> attempt(SoftAuthenticator& device) {
    store.clock().advance(10ms);
    return attempt_with(device.sign(must(log_in.ask_for_passkey()).challenge));
  }

  Result<identity::OpenedSession> attempt_with(webauthn::Assertion assertion,
                                               std::string source = "192.0.2.7") {
    identity::LoginAttempt attempt{a_program()};
    attempt.passkey = std::move(assertion);
    attempt.source = std::move(source);
    return log_in.log_in(attempt);
  }

  Result<identity::OpenedSession> attempt_by_password(std::string_view name,
                                                      std::string_view factor = {}) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = std::string{name};
    attempt.password = typed(kPassword);
    attempt.second_factor = typed(factor);
    attempt.source = "192.0.2.7";
    return log_in.log_in(attempt);
  }

  Result<identity::OpenedSession> step_up(const identity::Session& session,
                                          SoftAuthenticator& device) {
    store.clock().advance(10ms);
    identity::LoginAttempt attempt{a_program()};
    attempt.passkey = device.sign(must(log_in.ask_for_passkey(session)).challenge);
    attempt.source = "192.0.2.7";
    return log_in.step_up(session, std::move(attempt));
  }

  [[nodiscard]] bool is_live(const identity::OpenedSession& opened) {
    return log_in.session_of({a_program(), opened.token.expose()}).ok();
  }

  SoftAuthenticator laptop{kOrigin, "inbox.example"};
  SoftAuthenticator other{kOrigin, "inbox.example"};
};

TEST_F(PasskeyPath, SignsInWithoutANameOrAPassword) {
  const auto enrolled = enrol(sign_in("anna", {Role::kAgent}), laptop);
  EXPECT_EQ(enrolled.session.session.assurance(), Assurance::kTwoFactors);
  EXPECT_EQ(enrolled.recovery_codes.size(), 10U);
  const auto opened = must(attempt(laptop));
  EXPECT_EQ(opened.session.username(), "anna");
  EXPECT_EQ(opened.session.assurance(), Assurance::kPasskey);
  EXPECT_TRUE(is_live(opened));
  const auto last = trail().back().entry;
  EXPECT_EQ(last.act, audit::Act::kLogIn);
  EXPECT_EQ(last.reason, "passkey");
  EXPECT_EQ(last.actor, opened.session.agent());
}

TEST_F(PasskeyPath, IsTheFactorOfSomebodyWhoHasToEnrolOne) {
  const auto session = sign_in("susi", {Role::kSupervisor});
  ASSERT_EQ(session.assurance(), Assurance::kEnrolmentOnly);
  const auto asked = log_in.ask_for_passkey(session);
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, Errc::kSecondFactorRequired) << "there is none to step up with";
  const auto enrolled = enrol(session, laptop);
  EXPECT_EQ(enrolled.session.session.assurance(), Assurance::kTwoFactors);
  EXPECT_TRUE(authoriser.permit<Action::kReadInbox>(enrolled.session.session).ok());
  EXPECT_TRUE(authoriser.permit<Action::kReadInbox>(must(attempt(laptop)).session).ok());
}

TEST_F(PasskeyPath, LetsAPasswordAloneInNoMore) {
  const auto enrolled = enrol(sign_in("anna", {Role::kAgent}), laptop);
  expect_refused(*this, attempt_by_password("anna"), "second_factor_missing");
  expect_refused(*this, attempt_by_password("anna", "123456"), "second_factor_wrong");
  const auto opened =
      must(attempt_by_password("anna", as_text(enrolled.recovery_codes[0].expose())));
  EXPECT_EQ(opened.session.assurance(), Assurance::kTwoFactors);
}

TEST_F(PasskeyPath, EndsAllSessionsWithEveryChange) {
  const auto session = sign_in("anna", {Role::kAgent});
  const auto elsewhere = must(attempt_by_password("anna"));
  const auto enrolled = enrol(session, laptop);
  EXPECT_FALSE(is_live(elsewhere));
  EXPECT_TRUE(is_live(enrolled.session));
  const auto second = enrol(enrolled.session.session, other);
  EXPECT_TRUE(second.recovery_codes.empty()) << "the paper stays good";
  EXPECT_FALSE(is_live(enrolled.session));
  const auto opened = must(attempt(laptop));
  const auto left = must(enrol_passkey.remove(opened.session, enrolled.id));
  EXPECT_FALSE(is_live(opened));
  EXPECT_TRUE(is_live(left));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kLogIn);
  expect_refused(*this, attempt(laptop), "passkey_unknown");
  EXPECT_TRUE(attempt(other));
}

TEST_F(PasskeyPath, TakesAnAnswerOnceAndNoOlderOneAfterIt) {
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  store.clock().advance(10ms);
  const auto first = laptop.sign(must(log_in.ask_for_passkey()).challenge);
  store.clock().advance(10ms);
  const auto second = laptop.sign(must(log_in.ask_for_passkey()).challenge);
  EXPECT_TRUE(attempt_with(second));
  expect_refused(*this, attempt_with(second), "passkey_used");
  expect_refused(*this, attempt_with(first), "passkey_used");
}

TEST_F(PasskeyPath, TakesNoAnswerToAQuestionOfAnotherKind) {
  const auto session = enrol(sign_in("anna", {Role::kAgent}), laptop).session.session;
  store.clock().advance(10ms);
  const auto again = must(log_in.ask_for_passkey(session));
  ASSERT_EQ(again.credentials, (std::vector<Bytes>{laptop.credential_id}));
  expect_refused(*this, attempt_with(laptop.sign(again.challenge)), "passkey_challenge");
  const auto anybody = must(log_in.ask_for_passkey());
  EXPECT_TRUE(anybody.credentials.empty()) << "nobody is named";
  identity::LoginAttempt attempt{a_program()};
  attempt.passkey = laptop.sign(anybody.challenge);
  const auto refused = log_in.step_up(session, std::move(attempt));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kProofRefused);
  EXPECT_EQ(trail().back().entry.reason, "passkey_challenge");
}

TEST_F(PasskeyPath, TakesNoAnswerAfterFiveMinutes) {
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  const auto answer = laptop.sign(must(log_in.ask_for_passkey()).challenge);
  store.clock().advance(5min);
  expect_refused(*this, attempt_with(answer), "passkey_challenge");
}

TEST_F(PasskeyPath, NoticesACopiedAuthenticatorAndEndsWhatEitherOfThemOpened) {
  laptop.count = 7;
  const auto enrolled = enrol(sign_in("anna", {Role::kAgent}), laptop);
  EXPECT_TRUE(attempt(laptop));
  const auto opened_before = must(attempt(laptop));
  laptop.count = 7;  // the copy was made then
  expect_refused(*this, attempt(laptop), "passkey_copied");
  EXPECT_FALSE(is_live(opened_before)) << "it may be the copy's";
  laptop.count = 1000;
  expect_refused(*this, attempt(laptop), "passkey_copied");
  const auto opened =
      must(attempt_by_password("anna", as_text(enrolled.recovery_codes[0].expose())));
  const auto seen = must(enrol_second_factor.show(opened.session)).passkeys;
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen.front().copied);
  EXPECT_TRUE(must(log_in.ask_for_passkey(opened.session)).credentials.empty());
  must(enrol_passkey.remove(opened.session, enrolled.id));
}

TEST_F(PasskeyPath, CountsACopiedOneForNoRoleThatNeedsAFactor) {
  laptop.count = 7;
  const auto first = enrol(sign_in("susi", {Role::kSupervisor}), laptop);
  laptop.count = 1;
  expect_refused(*this, attempt(laptop), "passkey_copied");
  const auto by_paper =
      must(attempt_by_password("susi", as_text(first.recovery_codes[0].expose())));
  const auto alone = enrol_passkey.remove(by_paper.session, first.id);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, Errc::kConflict) << "another comes first";
  const auto second = enrol(by_paper.session, other);
  const auto good = enrol_passkey.remove(second.session.session, second.id);
  ASSERT_FALSE(good);
  EXPECT_EQ(good.error().code, Errc::kConflict) << "the one that is left signs in nobody";
  EXPECT_TRUE(enrol_passkey.remove(second.session.session, first.id));
}

TEST_F(PasskeyPath, TakesOneThatCanBeBackedUpNowForAnother) {
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  laptop.flags |= 0x08;
  expect_refused(*this, attempt(laptop), "passkey_copied");
}

TEST_F(PasskeyPath, IsNotLockedByAClockThatWasSetBack) {
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  store.clock().advance(std::chrono::hours{24} * 365);
  EXPECT_TRUE(attempt(laptop));
  store.clock().advance(-std::chrono::hours{24} * 365);
  EXPECT_TRUE(attempt(laptop));
}

TEST_F(PasskeyPath, EndsTheCountOfMistypedCodes) {
  const auto session = enrol(sign_in("anna", {Role::kAgent}), laptop).session.session;
  const auto secret = must(enrol_second_factor.offer(session, {}));
  const auto step = identity::totp::step_at(store.clock().now());
  must(enrol_second_factor.confirm(session, typed(identity::totp::code_at(secret, step))));
  for (int i = 0; i < 5; ++i) {
    expect_refused(*this, attempt_by_password("anna", "no code"), "second_factor_wrong");
  }
  expect_refused(*this, attempt_by_password("anna", "no code"), "second_factor_blocked");
  EXPECT_TRUE(attempt(laptop));
  expect_refused(*this, attempt_by_password("anna", "no code"), "second_factor_wrong");
}

TEST_F(PasskeyPath, TakesBackAnOfferThatWasMadeBeforeIt) {
  const auto session = sign_in("anna", {Role::kAgent});
  const auto secret = must(enrol_second_factor.offer(session, {}));
  const auto enrolled = enrol(session, laptop);
  const auto step = identity::totp::step_at(store.clock().now());
  const auto confirmed = enrol_second_factor.confirm(enrolled.session.session,
                                                     typed(identity::totp::code_at(secret, step)));
  ASSERT_FALSE(confirmed);
  EXPECT_EQ(confirmed.error().code, Errc::kProofRefused);
  EXPECT_EQ(trail().back().entry.reason, "second_factor_not_offered");
}

TEST_F(PasskeyPath, TakesAnAuthenticatorThatStopsCountingForACopy) {
  laptop.count = 7;
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  laptop.count = 0;
  expect_refused(*this, attempt(laptop), "passkey_copied");
}

TEST_F(PasskeyPath, RefusesWhatIsWrongWithOneAnswer) {
  const auto anna = enrol(sign_in("anna", {Role::kAgent}), laptop).session.session;
  const auto bert = enrol(sign_in("bert", {Role::kAgent}), other).session.session;
  laptop.flags = 0x01;
  expect_refused(*this, attempt(laptop), "passkey_user_not_verified");
  laptop.flags = 0x05;
  laptop.origin = "https://inbox.example";
  expect_refused(*this, attempt(laptop), "passkey_origin");
  laptop.origin = std::string{kOrigin};
  const Bytes handle = std::exchange(laptop.user_handle, other.user_handle);
  expect_refused(*this, attempt(laptop), "passkey_user_handle");
  laptop.user_handle = handle;
  const Bytes id = std::exchange(laptop.credential_id, other.credential_id);
  expect_refused(*this, attempt(laptop), "passkey_user_handle");
  laptop.user_handle = other.user_handle;
  expect_refused(*this, attempt(laptop), "passkey_signature");
  laptop.user_handle = handle;
  laptop.credential_id = id;
  EXPECT_TRUE(attempt(laptop)) << "nothing of it blocks the passkey";
}

TEST_F(PasskeyPath, IsNothingOfADisabledAgent) {
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  must(manage_agents.set_state(flow::ManageAgents::By::operator_of_the_host(), "anna",
                               identity::AgentSummary::State::kDisabled));
  expect_refused(*this, attempt(laptop), "disabled_agent");
  must(manage_agents.set_state(flow::ManageAgents::By::operator_of_the_host(), "anna",
                               identity::AgentSummary::State::kActive));
  EXPECT_TRUE(attempt(laptop));
}

TEST_F(PasskeyPath, ProvesAgainWhoActs) {
  const auto session = enrol(sign_in("anna", {Role::kAgent}), laptop).session.session;
  const auto bert = enrol(sign_in("bert", {Role::kAgent}), other).session.session;
  const Bytes handle = std::exchange(laptop.user_handle, {});
  const auto silent = must(step_up(session, laptop)).session;
  laptop.user_handle = handle;
  const auto renewed = must(step_up(silent, laptop));
  EXPECT_EQ(renewed.session.assurance(), Assurance::kPasskey);
  EXPECT_EQ(renewed.session.proof_age(), identity::ProofAge::kFresh);
  const auto stolen = step_up(renewed.session, other);
  ASSERT_FALSE(stolen);
  EXPECT_EQ(stolen.error().code, Errc::kProofRefused);
  EXPECT_EQ(trail().back().entry.reason, "another_agent");
  EXPECT_TRUE(is_live(renewed));
}

TEST_F(PasskeyPath, ChangesNothingThroughASessionThatWasLeftOpen) {
  const auto enrolled = enrol(sign_in("anna", {Role::kAgent}), laptop);
  const auto opened = must(attempt(laptop));
  store.clock().advance(5min);
  const auto session = must(log_in.session_of({a_program(), opened.token.expose()}));
  const auto asked = enrol_passkey.ask(session);
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, Errc::kStepUpRequired);
  const auto removed = enrol_passkey.remove(session, enrolled.id);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, Errc::kStepUpRequired);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kPasskeyRemoved);
  const auto app = enrol_second_factor.offer(session, {});
  ASSERT_FALSE(app);
  EXPECT_EQ(app.error().code, Errc::kStepUpRequired);
  const auto paper = enrol_second_factor.replace_recovery_codes(session, {});
  ASSERT_FALSE(paper);
  EXPECT_EQ(paper.error().code, Errc::kProofRefused);
}

TEST_F(PasskeyPath, MakesNewPaperForWhoeverSignedInWithIt) {
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  const auto codes =
      must(enrol_second_factor.replace_recovery_codes(must(attempt(laptop)).session, {}));
  EXPECT_TRUE(attempt_by_password("anna", as_text(codes[0].expose())));
}

TEST_F(PasskeyPath, IsEnrolledOnceByAnybody) {
  const auto anna = enrol(sign_in("anna", {Role::kAgent}), laptop).session.session;
  const auto twice = try_to_enrol(anna, laptop);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Errc::kConflict);
  const auto theirs = try_to_enrol(sign_in("bert", {Role::kAgent}), laptop);
  ASSERT_FALSE(theirs);
  EXPECT_EQ(theirs.error().code, Errc::kConflict);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kPasskeyEnrolled);
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

TEST_F(PasskeyPath, IsEnrolledWithAnAnswerToOnesOwnQuestionOnly) {
  const auto anna = sign_in("anna", {Role::kAgent});
  const auto bert = sign_in("bert", {Role::kAgent});
  const auto question = must(enrol_passkey.ask(bert));
  const auto refused = enrol_passkey.enrol(anna, "Laptop", laptop.make(question.challenge));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kProofRefused);
  EXPECT_EQ(trail().back().entry.reason, "passkey_challenge");
}

TEST_F(PasskeyPath, HasANameOf1To64Bytes) {
  auto session = sign_in("anna", {Role::kAgent});
  for (const std::string& name :
       {std::string{}, std::string(65, 'a'), std::string{"a\nb"}, std::string{"\xff"}}) {
    const auto refused = try_to_enrol(session, laptop, name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Errc::kInvalidInput);
  }
  EXPECT_TRUE(try_to_enrol(session, laptop, std::string(64, 'a')));
}

TEST_F(PasskeyPath, IsOneOfTenAtMost) {
  auto session = sign_in("anna", {Role::kAgent});
  for (int i = 0; i < 10; ++i) {
    SoftAuthenticator device{kOrigin, "inbox.example"};
    session = enrol(session, device).session.session;
  }
  const auto refused = try_to_enrol(session, laptop);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
}

TEST_F(PasskeyPath, StaysWhereARoleNeedsItAndGoesWhereNone) {
  const auto susi = enrol(sign_in("susi", {Role::kSupervisor}), laptop);
  const auto kept = enrol_passkey.remove(susi.session.session, susi.id);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, Errc::kConflict);
  EXPECT_TRUE(attempt(laptop));
  const auto anna = enrol(sign_in("anna", {Role::kAgent}), other);
  const auto left = must(enrol_passkey.remove(anna.session.session, anna.id));
  EXPECT_EQ(left.session.assurance(), Assurance::kPassword);
  EXPECT_EQ(must(attempt_by_password("anna")).session.assurance(), Assurance::kPassword);
  const auto nobodys = enrol_passkey.remove(left.session, susi.id);
  ASSERT_FALSE(nobodys);
  EXPECT_EQ(nobodys.error().code, Errc::kNotFound) << "it is somebody else's";
}

TEST_F(PasskeyPath, GoesWithAReset) {
  const auto enrolled = enrol(sign_in("anna", {Role::kAgent}), laptop);
  auto reset =
      must(enrol_second_factor.reset(flow::ManageAgents::By::operator_of_the_host(), "anna"));
  EXPECT_FALSE(is_live(enrolled.session));
  expect_refused(*this, attempt(laptop), "passkey_unknown");
  expect_refused(*this, attempt_by_password("anna"), "enrolment_code");
  const auto opened = must(attempt_by_password("anna", as_text(reset.code.expose())));
  ASSERT_EQ(opened.session.assurance(), Assurance::kEnrolmentOnly);
  EXPECT_EQ(enrol(opened.session, laptop).recovery_codes.size(), 10U);
  EXPECT_TRUE(attempt(laptop));
}

TEST_F(PasskeyPath, LivesBesideAnApp) {
  const auto session = enrol(sign_in("anna", {Role::kAgent}), laptop).session.session;
  const auto secret = must(enrol_second_factor.offer(session, {}));
  const auto step = identity::totp::step_at(store.clock().now());
  must(enrol_second_factor.confirm(session, typed(identity::totp::code_at(secret, step))));
  EXPECT_TRUE(attempt(laptop)) << "a new app takes no passkey away";
  store.clock().advance(30s);
  EXPECT_EQ(must(attempt_by_password("anna", identity::totp::code_at(secret, step + 1)))
                .session.assurance(),
            Assurance::kTwoFactors);
}

TEST_F(PasskeyPath, IsThrottledByItselfLikeEveryAccount) {
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  enrol(sign_in("bert", {Role::kAgent}), other);
  const auto answer = laptop.sign(must(log_in.ask_for_passkey()).challenge);
  auto wrong = answer;
  wrong.signature.back() ^= std::byte{1};
  for (int i = 0; i < 10; ++i) {
    const auto refused = attempt_with(wrong, "192.0.2." + std::to_string(i));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kUnauthenticated);
  }
  const auto throttled = attempt_with(answer, "192.0.2.100");
  ASSERT_FALSE(throttled);
  EXPECT_EQ(throttled.error().code, Errc::kTooManyRequests);
  EXPECT_TRUE(attempt(other)) << "and no other one";
}

TEST_F(PasskeyPath, DoesNotExistWhereNoOriginIsSet) {
  const identity::Passkeys none{std::nullopt, second_factor_policy};
  flow::LogIn without = log_in_with({second_factors, none, devices, email_codes, sign_on_answers});
  const auto asked = without.ask_for_passkey();
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, Errc::kNotFound);
  enrol(sign_in("anna", {Role::kAgent}), laptop);
  identity::LoginAttempt attempt{a_program()};
  attempt.passkey = laptop.sign(must(log_in.ask_for_passkey()).challenge);
  attempt.source = "192.0.2.7";
  expect_refused(*this, without.log_in(attempt), "passkey_not_configured");
}

}  // namespace
}  // namespace leadkeep::test
