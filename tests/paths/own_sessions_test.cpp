// The path of an agent's own sessions: where signed in, who tried, proven again, signed out.
#include "path_house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Action;
using identity::PastLogIn;
using identity::ProofAge;
using identity::Role;
using ::testing::ElementsAre;

class OwnSessionsPath : public ::testing::Test, public PathHouse {
 protected:
  static identity::LoginAttempt typed(std::string_view name, std::string_view password,
                                      std::string source = "192.0.2.7") {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = std::string{name};
    attempt.password = SecretBytes::copy_of(as_bytes(password));
    attempt.source = std::move(source);
    return attempt;
  }

  identity::OpenedSession open(std::string_view name, std::string source = "192.0.2.7") {
    return must(log_in.log_in(typed(name, kPassword, std::move(source))));
  }

  Result<identity::OpenedSession> step_up(const identity::Session& session,
                                          std::string_view password = kPassword) {
    return log_in.step_up(session, typed({}, password));
  }

  // Used every 20 minutes, so that it is not idle.
  void pass(const identity::OpenedSession& opened, std::chrono::minutes time) {
    for (; time >= 20min; time -= 20min) {
      store.clock().advance(20min);
      must(log_in.resume({a_program(), opened.token.expose()}));
    }
    store.clock().advance(time);
  }
};

TEST_F(OwnSessionsPath, ShowsAnAgentWhereTheyAreSignedInAndNobodyElse) {
  const auto first = sign_in("anna", {Role::kAgent});
  sign_in("bert", {Role::kAgent});
  store.clock().advance(1min);
  const auto second = open("anna", "2001:db8::7");
  const auto listed = must(own_sessions.list(second.session));
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].id, first.id());
  EXPECT_EQ(listed[0].source, "127.0.0.1");
  EXPECT_EQ(listed[1].id, second.session.id());
  EXPECT_EQ(listed[1].source, "2001:db8::7");
  EXPECT_EQ(listed[1].created_at, store.clock().now());
  EXPECT_EQ(listed[1].expires_at, store.clock().now() + 30min);
}

TEST_F(OwnSessionsPath, EndsOneOfThemAndNoneOfSomebodyElse) {
  const auto anna = sign_in("anna", {Role::kAgent});
  const auto lost = open("anna");
  sign_in("bert", {Role::kAgent});
  const auto bert = open("bert");
  EXPECT_EQ(own_sessions.end(bert.session, lost.session.id()).error().code, Errc::kNotFound);
  EXPECT_TRUE(log_in.resume({a_program(), lost.token.expose()}));
  must(own_sessions.end(anna, lost.session.id()));
  EXPECT_FALSE(log_in.resume({a_program(), lost.token.expose()}));
  EXPECT_EQ(trail().back().entry.reason, "signed_out_elsewhere");
  EXPECT_EQ(own_sessions.end(anna, lost.session.id()).error().code, Errc::kNotFound);
}

TEST_F(OwnSessionsPath, SignsOutEverywhereTheAgentAndNobodyElse) {
  sign_in("anna", {Role::kAgent});
  const auto one = open("anna");
  const auto other = open("anna");
  sign_in("bert", {Role::kAgent});
  const auto bert = open("bert");
  must(own_sessions.end_all(one.session));
  EXPECT_FALSE(log_in.resume({a_program(), one.token.expose()}));
  EXPECT_FALSE(log_in.resume({a_program(), other.token.expose()}));
  EXPECT_TRUE(log_in.resume({a_program(), bert.token.expose()}));
  EXPECT_EQ(trail().back().entry.reason, "signed_out_everywhere");
}

TEST_F(OwnSessionsPath, TellsAnAgentWhoTriedNewestFirst) {
  const auto anna = sign_in("anna", {Role::kAgent});
  store.clock().advance(1min);
  EXPECT_FALSE(log_in.log_in(typed("anna", "a wrong password", "198.51.100.1")));
  const auto past = must(own_sessions.log_ins(anna));
  ASSERT_EQ(past.size(), 2U);
  EXPECT_EQ(past[0].outcome, PastLogIn::Outcome::kRefused);
  EXPECT_EQ(past[0].how, "wrong_password");
  EXPECT_EQ(past[0].source, "198.51.100.1");
  EXPECT_EQ(past[0].at, store.clock().now());
  EXPECT_EQ(past[1].outcome, PastLogIn::Outcome::kLetIn);
  EXPECT_EQ(past[1].how, "password");
}

TEST_F(OwnSessionsPath, KeepsTwentyFiveLogInsOfEachOutcomeSoThatGuessesHideNone) {
  const auto anna = sign_in("anna", {Role::kAgent});
  for (int i = 0; i < 30; ++i) {
    store.clock().advance(1min);
    open("anna", "192.0.2." + std::to_string(i));
  }
  for (int i = 0; i < 60; ++i) {
    store.clock().advance(2min);
    EXPECT_FALSE(log_in.log_in(typed("anna", "guess", "198.51.100." + std::to_string(i))));
  }
  const auto past = must(own_sessions.log_ins(anna));
  ASSERT_EQ(past.size(), 50U);
  EXPECT_EQ(past.front().outcome, PastLogIn::Outcome::kRefused);
  EXPECT_EQ(past[25].source, "192.0.2.29");
  EXPECT_EQ(past.back().source, "192.0.2.5");
}

TEST_F(OwnSessionsPath, AsksForANewProofOfASessionThatWasLeftOpen) {
  sign_in("root", {Role::kAdmin});
  const auto opened = open("root");
  EXPECT_TRUE(authoriser.permit<Action::kManageAgents>(opened.session));
  store.clock().advance(5min);
  const auto old = must(log_in.resume({a_program(), opened.token.expose()}));
  EXPECT_EQ(authoriser.permit<Action::kManageAgents>(old).error().code, Errc::kStepUpRequired);
  EXPECT_TRUE(authoriser.permit<Action::kListAccounts>(old)) << "looking needs none";
  const auto proven = must(step_up(old));
  EXPECT_TRUE(authoriser.permit<Action::kManageAgents>(proven.session));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kStepUp);
  store.clock().advance(4min + 59s);
  EXPECT_EQ(must(log_in.resume({a_program(), proven.token.expose()})).proof_age(),
            ProofAge::kFresh);
}

TEST_F(OwnSessionsPath, AsksNobodyToProveAnythingWhoMayNotDoItAnyway) {
  const auto anna = sign_in("anna", {Role::kAgent});
  store.clock().advance(6min);
  EXPECT_EQ(authoriser.permit<Action::kManageAgents>(anna).error().code, Errc::kForbidden);
}

TEST_F(OwnSessionsPath, GivesANewTokenForAStepUpAndTheOldOneIsVoid) {
  sign_in("root", {Role::kAdmin});
  const auto before = open("root");
  const auto after = must(step_up(before.session));
  EXPECT_FALSE(same_bytes(before.token.expose(), after.token.expose()));
  EXPECT_NE(before.session.id(), after.session.id());
  EXPECT_FALSE(log_in.resume({a_program(), before.token.expose()}));
  EXPECT_TRUE(log_in.resume({a_program(), after.token.expose()}));
}

TEST_F(OwnSessionsPath, DoesNotMakeASessionLastLonger) {
  sign_in("anna", {Role::kAgent});
  const auto opened = open("anna");
  const auto end = store.clock().now() + 12h;
  pass(opened, 11h + 40min);
  const auto proven = must(step_up(must(log_in.resume({a_program(), opened.token.expose()}))));
  EXPECT_EQ(proven.session.expires_at(), end);
}

TEST_F(OwnSessionsPath, RefusesAStepUpWithoutTheProofAndTheSessionGoesOn) {
  sign_in("root", {Role::kAdmin});
  const auto opened = open("root");
  store.clock().advance(6min);
  const auto old = must(log_in.resume({a_program(), opened.token.expose()}));
  for (const std::string& password : {std::string{"a wrong password"}, std::string{}}) {
    EXPECT_EQ(step_up(old, password).error().code, Errc::kProofRefused);
    EXPECT_EQ(trail().back().entry.act, audit::Act::kStepUp);
    EXPECT_EQ(trail().back().entry.actor, old.agent());
    EXPECT_EQ(trail().back().entry.reason, "wrong_password");
  }
  EXPECT_EQ(must(log_in.resume({a_program(), opened.token.expose()})).proof_age(), ProofAge::kOld);
}

TEST_F(OwnSessionsPath, ThrottlesGuessingThroughStepUps) {
  sign_in("root", {Role::kAdmin});
  const auto opened = open("root");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(step_up(opened.session, "guess").error().code, Errc::kProofRefused);
  }
  EXPECT_EQ(step_up(opened.session).error().code, Errc::kTooManyRequests);
}

TEST_F(OwnSessionsPath, LetsStrangersWhoGuessKeepNobodyFromAStepUp) {
  sign_in("root", {Role::kAdmin});
  const auto opened = open("root");
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(log_in.log_in(typed("root", "guess")));
  }
  EXPECT_TRUE(step_up(opened.session));
}

TEST_F(OwnSessionsPath, BringsNoSessionBackThatWasSignedOutMeanwhile) {
  sign_in("root", {Role::kAdmin});
  const auto opened = open("root");
  must(own_sessions.end_all(opened.session));
  EXPECT_EQ(step_up(opened.session).error().code, Errc::kProofRefused);
  EXPECT_TRUE(must(own_sessions.list(open("root").session)).size() == 1U);
}

TEST_F(OwnSessionsPath, TakesNoStepUpOfAnAgentWhoWasDisabledMeanwhile) {
  sign_in("root", {Role::kAdmin});
  const auto opened = open("root");
  must(manage_agents.set_state(flow::ManageAgents::By::operator_of_the_host(), "root",
                               identity::AgentSummary::State::kDisabled));
  EXPECT_EQ(step_up(opened.session).error().code, Errc::kProofRefused);
}

TEST_F(OwnSessionsPath, LimitsAnAdministratorToTwoSessionsOfEightHours) {
  sign_in("root", {Role::kAdmin});
  const auto second = open("root");
  const auto third = open("root");
  EXPECT_EQ(must(own_sessions.list(third.session)).size(), 2U);
  EXPECT_TRUE(log_in.resume({a_program(), second.token.expose()}));
  pass(third, 7h + 40min);
  EXPECT_EQ(must(log_in.resume({a_program(), third.token.expose()})).expires_at(),
            store.clock().now() + 20min);
  store.clock().advance(20min);
  EXPECT_FALSE(log_in.resume({a_program(), third.token.expose()}));
}

TEST_F(OwnSessionsPath, EnrolsNobodysAppThroughASessionThatWasLeftOpen) {
  const auto anna = sign_in("anna", {Role::kAgent});
  const auto opened = open("anna");
  store.clock().advance(5min);
  const auto old = must(log_in.resume({a_program(), opened.token.expose()}));
  EXPECT_EQ(enrol_second_factor.offer(old, {}).error().code, Errc::kStepUpRequired);
  EXPECT_TRUE(enrol_second_factor.offer(must(step_up(old)).session, {}));
}

// A token that was there before the log-in counts for nothing after it (session fixation).
TEST_F(OwnSessionsPath, DrawsEveryTokenAnewSoThatNoneCanBePlanted) {
  sign_in("anna", {Role::kAgent});
  const auto planted = open("anna");
  must(log_in.log_out(planted.session));
  const auto opened = open("anna");
  EXPECT_FALSE(same_bytes(planted.token.expose(), opened.token.expose()));
  EXPECT_FALSE(log_in.resume({a_program(), planted.token.expose()}));
}

}  // namespace
}  // namespace leadkeep::test
