// The path of an emergency: a code of the operator, a session, and what it may not do.
#include "path_house.h"

#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Action;
using identity::Assurance;
using identity::Role;

class BreakGlassPath : public ::testing::Test, public PathHouse {
 protected:
  Result<identity::OpenedSession> open(std::string_view code, const std::string& source = "::1") {
    return open_break_glass.open(a_program(), SecretBytes::copy_of(as_bytes(code)), source);
  }

  [[nodiscard]] std::string issue() {
    const auto issued = must(open_break_glass.issue());
    return std::string{as_text(issued.code.expose())};
  }

  [[nodiscard]] bool is_on_record(audit::Act act) {
    return std::ranges::any_of(trail(), [&](const auto& item) { return item.entry.act == act; });
  }
};

TEST_F(BreakGlassPath, OpensASessionThatManagesAgentsAndSeesNothing) {
  const auto session = must(open(issue())).session;
  EXPECT_EQ(session.assurance(), Assurance::kBreakGlass);
  EXPECT_TRUE(authoriser.permit<Action::kManageAgents>(session));
  EXPECT_FALSE(authoriser.permit<Action::kListAccounts>(session));
  EXPECT_FALSE(authoriser.permit<Action::kListAgents>(session));
  EXPECT_FALSE(authoriser.permit<Action::kReadInbox>(session));
  EXPECT_FALSE(authoriser.permit<Action::kReadConversation>(session));
  EXPECT_FALSE(authoriser.permit<Action::kReadLead>(session));
  EXPECT_FALSE(authoriser.permit<Action::kFollowEvents>(session));
}

TEST_F(BreakGlassPath, IsOnRecordWhenTheCodeIsDrawnAndWhenItOpensSomething) {
  const std::string code = issue();
  EXPECT_EQ(trail().back().entry.act, audit::Act::kBreakGlassIssued);
  EXPECT_FALSE(is_on_record(audit::Act::kBreakGlassOpened));
  const auto session = must(open(code)).session;
  EXPECT_EQ(trail().back().entry.act, audit::Act::kBreakGlassOpened);
  EXPECT_EQ(trail().back().entry.actor, session.agent());
  EXPECT_EQ(store.metrics().break_glass_opened.value(), 1U);
}

TEST_F(BreakGlassPath, LetsACodeInOnceAndOnlyTheLastOne) {
  const std::string older = issue();
  const std::string code = issue();
  EXPECT_EQ(open(older).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(trail().back().entry.reason, "break_glass");
  EXPECT_TRUE(open(code));
  EXPECT_EQ(open(code).error().code, Errc::kUnauthenticated);
}

TEST_F(BreakGlassPath, LetsNobodyInWithoutACodeThatIsOut) {
  for (const char* code : {"", "-", "AAAAAA-AAAAAA-AAAAAA-AAAAAA"}) {
    EXPECT_EQ(open(code).error().code, Errc::kUnauthenticated);
  }
  const std::string code = issue();
  EXPECT_FALSE(open(code.substr(0, code.size() - 1)));
  store.clock().advance(15min);
  EXPECT_FALSE(open(code));
}

TEST_F(BreakGlassPath, EndsAfterFifteenMinutesHoweverBusy) {
  const auto opened = must(open(issue()));
  for (int i = 0; i < 14; ++i) {
    store.clock().advance(1min);
    const auto session = must(log_in.resume({a_program(), opened.token.expose()}));
    EXPECT_TRUE(authoriser.permit<Action::kManageAgents>(session)) << i;
  }
  store.clock().advance(1min);
  EXPECT_FALSE(log_in.resume({a_program(), opened.token.expose()}));
}

TEST_F(BreakGlassPath, EndsTheSessionBeforeWhenAnotherIsOpened) {
  const auto first = must(open(issue()));
  const auto second = must(open(issue()));
  EXPECT_EQ(first.session.agent(), second.session.agent());
  EXPECT_FALSE(log_in.resume({a_program(), first.token.expose()}));
  EXPECT_TRUE(log_in.resume({a_program(), second.token.expose()}));
}

TEST_F(BreakGlassPath, CanBeMadeNothingThatLasts) {
  const auto session = must(open(issue())).session;
  EXPECT_EQ(enrol_second_factor.offer(session, {}).error().code, Errc::kForbidden);
  EXPECT_EQ(
      enrol_second_factor.confirm(session, SecretBytes::copy_of(as_bytes("123456"))).error().code,
      Errc::kForbidden);
  identity::LoginAttempt attempt{a_program()};
  attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
  attempt.source = "::1";
  EXPECT_EQ(log_in.step_up(session, std::move(attempt)).error().code, Errc::kProofRefused);
}

TEST_F(BreakGlassPath, HasNoPasswordAndItsRoleIsGivenToNobody) {
  must(open(issue()));
  for (const std::string_view password : {std::string_view{}, kPassword}) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = ":break-glass";
    attempt.password = SecretBytes::copy_of(as_bytes(password));
    attempt.source = "192.0.2.7";
    EXPECT_EQ(log_in.log_in(attempt).error().code, Errc::kUnauthenticated);
  }
  EXPECT_FALSE(identity::parse_role("break_glass"));
  identity::NewAgent agent;
  agent.username = ":break-glass";
  agent.display_name = "Eve";
  agent.roles = {Role::kAdmin};
  agent.password = SecretBytes::copy_of(as_bytes(kPassword));
  EXPECT_EQ(manage_agents.add(flow::ManageAgents::By::operator_of_the_host(), std::move(agent))
                .error()
                .code,
            Errc::kInvalidInput);
}

TEST_F(BreakGlassPath, IsEndedByDisablingItsAgentAndOpenedByTheNextCode) {
  const auto opened = must(open(issue()));
  const auto by = flow::ManageAgents::By::operator_of_the_host();
  must(manage_agents.set_state(by, ":break-glass", identity::AgentSummary::State::kDisabled));
  EXPECT_FALSE(log_in.resume({a_program(), opened.token.expose()}));
  EXPECT_TRUE(open(issue()));
}

TEST_F(BreakGlassPath, ThrottlesGuessingWhereItComesFromAndNowhereElse) {
  const std::string code = issue();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(open("guess").error().code, Errc::kUnauthenticated);
  }
  EXPECT_EQ(open(code).error().code, Errc::kTooManyRequests);
  for (int i = 0; i < 10; ++i) {  // a name that is no name of an agent
    identity::LoginAttempt attempt{a_program()};
    attempt.username = ":break-glass 192.0.2.99";
    attempt.source = "198.51.100.1";
    EXPECT_FALSE(log_in.log_in(attempt));
  }
  EXPECT_TRUE(open(code, "192.0.2.99"));
}

}  // namespace
}  // namespace leadkeep::test
