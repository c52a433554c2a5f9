// The path of a log-in: attempt → proof → session → permit, and out again.
#include "path_house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using identity::Action;
using identity::Role;

class LogInPath : public ::testing::Test, public PathHouse {
 protected:
  Result<identity::OpenedSession> attempt(std::string_view name, std::string_view password) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = std::string{name};
    attempt.password = SecretBytes::copy_of(as_bytes(password));
    attempt.source = "192.0.2.7";
    return log_in.log_in(attempt);
  }

  void add_agent(const std::string& name, std::vector<Role> roles = {Role::kAgent}) {
    identity::NewAgent agent;
    agent.username = name;
    agent.display_name = name;
    agent.roles = std::move(roles);
    agent.password = SecretBytes::copy_of(as_bytes(kPassword));
    must(manage_agents.add(flow::ManageAgents::By::operator_of_the_host(), std::move(agent)));
  }
};

TEST_F(LogInPath, OpensASessionThatTheTokenFindsAgain) {
  add_agent("anna");
  const auto opened = must(attempt("Anna ", kPassword));
  const auto session = must(log_in.resume({a_program(), opened.token.expose()}));
  EXPECT_EQ(session.id(), opened.session.id());
  EXPECT_EQ(session.username(), "anna");
}

TEST_F(LogInPath, GivesOneAnswerForEveryFailure) {
  add_agent("anna");
  add_agent("gone");
  must(manage_agents.set_state(flow::ManageAgents::By::operator_of_the_host(), "gone",
                               identity::AgentSummary::State::kDisabled));
  for (const auto& [name, password] :
       std::vector<std::pair<std::string, std::string>>{{"anna", "wrong password"},
                                                        {"nobody", "wrong password"},
                                                        {"anna", ""},
                                                        {"gone", std::string{kPassword}},
                                                        {"", ""},
                                                        {"anna", std::string(5000, 'x')}}) {
    const auto refused = attempt(name, password);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kUnauthenticated);
    EXPECT_EQ(trail().back().entry.act, audit::Act::kLogIn);
    EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
    EXPECT_THAT(trail().back().entry.reason,
                ::testing::AnyOf("unknown_agent", "disabled_agent", "wrong_password"));
  }
}

TEST_F(LogInPath, ThrottlesGuessingForKnownAndUnknownAccountsAlike) {
  add_agent("anna");
  for (const char* name : {"anna", "nobody"}) {
    identity::LoginAttempt guess{a_program()};
    guess.username = name;
    guess.password = SecretBytes::copy_of(as_bytes("guess guess guess"));
    for (int i = 0; i < 10; ++i) {
      guess.source = std::string{name} + std::to_string(i);
      EXPECT_EQ(log_in.log_in(guess).error().code, Errc::kUnauthenticated);
    }
    guess.source = "elsewhere";
    EXPECT_EQ(log_in.log_in(guess).error().code, Errc::kTooManyRequests);
  }
  EXPECT_EQ(attempt("anna", kPassword).error().code, Errc::kTooManyRequests);
  store.clock().advance(std::chrono::minutes{16});
  EXPECT_TRUE(attempt("anna", kPassword));
}

TEST_F(LogInPath, EndsASessionThatIsIdleTooLong) {
  add_agent("anna");
  const auto opened = must(attempt("anna", kPassword));
  store.clock().advance(std::chrono::minutes{29});
  must(log_in.resume({a_program(), opened.token.expose()}));
  store.clock().advance(std::chrono::minutes{29});
  must(log_in.resume({a_program(), opened.token.expose()}));
  store.clock().advance(std::chrono::minutes{30});
  EXPECT_EQ(log_in.resume({a_program(), opened.token.expose()}).error().code,
            Errc::kUnauthenticated);
}

TEST_F(LogInPath, EndsASessionThatIsTooOldHoweverBusy) {
  add_agent("anna");
  const auto opened = must(attempt("anna", kPassword));
  for (int i = 0; i < 35; ++i) {
    store.clock().advance(std::chrono::minutes{20});
    must(log_in.resume({a_program(), opened.token.expose()}));
  }
  store.clock().advance(std::chrono::minutes{20});
  EXPECT_EQ(log_in.resume({a_program(), opened.token.expose()}).error().code,
            Errc::kUnauthenticated);
}

TEST_F(LogInPath, EndsSessionsOnSignOutAndWhenTheAgentIsDisabled) {
  add_agent("anna");
  const auto first = must(attempt("anna", kPassword));
  const auto second = must(attempt("anna", kPassword));
  must(log_in.log_out(first.session));
  EXPECT_FALSE(log_in.resume({a_program(), first.token.expose()}));
  EXPECT_TRUE(log_in.resume({a_program(), second.token.expose()}));
  must(manage_agents.set_state(flow::ManageAgents::By::operator_of_the_host(), "anna",
                               identity::AgentSummary::State::kDisabled));
  EXPECT_FALSE(log_in.resume({a_program(), second.token.expose()}));
}

TEST_F(LogInPath, EndsTheOldestSessionBeyondTheLimit) {
  add_agent("anna");
  const auto oldest = must(attempt("anna", kPassword));
  for (int i = 0; i < 5; ++i) {
    must(attempt("anna", kPassword));
  }
  EXPECT_FALSE(log_in.resume({a_program(), oldest.token.expose()}));
}

TEST_F(LogInPath, PutsTheEndOfASessionThatMadeRoomOnRecord) {
  add_agent("anna");
  const auto oldest = must(attempt("anna", kPassword));
  const auto ends = [&] {
    std::vector<audit::Entry> found;
    for (const auto& item : trail()) {
      if (item.entry.act == audit::Act::kLogOut) {
        found.push_back(item.entry);
      }
    }
    return found;
  };
  for (int i = 0; i < 4; ++i) {
    must(attempt("anna", kPassword));
  }
  EXPECT_TRUE(ends().empty());
  must(attempt("anna", kPassword));
  ASSERT_EQ(ends().size(), 1U);
  EXPECT_EQ(ends()[0].actor, oldest.session.agent());
  EXPECT_TRUE(same_bytes(*ends()[0].session, oldest.session.id().bytes()));
  EXPECT_EQ(ends()[0].reason, "session_limit");
}

TEST_F(LogInPath, EndsAnIdleSessionAlthoughAnEventStreamAsksForItAllTheTime) {
  add_agent("anna");
  const auto opened = must(attempt("anna", kPassword));
  for (int i = 0; i < 29; ++i) {
    store.clock().advance(std::chrono::minutes{1});
    must(log_in.session_of({a_program(), opened.token.expose()}));
  }
  store.clock().advance(std::chrono::minutes{1});
  EXPECT_EQ(log_in.session_of({a_program(), opened.token.expose()}).error().code,
            Errc::kUnauthenticated);
}

TEST_F(LogInPath, AddsAnAgentOnceHoweverOftenTheRequestIsRepeated) {
  const auto admin = sign_in("root", {Role::kAdmin});
  const auto add = [&](std::string name) {
    identity::NewAgent agent;
    agent.username = std::move(name);
    agent.display_name = "Berta";
    agent.roles = {Role::kAgent};
    agent.password = SecretBytes::copy_of(as_bytes(kPassword));
    return manage_agents.add(permit<Action::kManageAgents>(admin), std::move(agent),
                             flow::RepeatGuard{"key-1", crypto::sha256({as_bytes("request")})});
  };
  const auto first = must(add("berta"));
  EXPECT_EQ(must(add("berta")), first);
  EXPECT_EQ(trail().back().entry.reason, "repeated");
  EXPECT_EQ(must(manage_agents.list(flow::ManageAgents::By::operator_of_the_host())).size(), 2U);
}

TEST_F(LogInPath, RefusesTokensThatWereNeverGivenOut) {
  add_agent("anna");
  const auto opened = must(attempt("anna", kPassword));
  std::string token{as_text(opened.token.expose())};
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(log_in.resume({a_program(), as_bytes(other)}));
    EXPECT_FALSE(log_in.resume({a_program(), as_bytes(std::string_view{token}.substr(0, i))}));
  }
}

TEST_F(LogInPath, GivesAnAdministratorNoConversation) {
  const auto admin = sign_in("root", {Role::kAdmin});
  EXPECT_EQ(authoriser.permit<Action::kReadInbox>(admin).error().code, Errc::kForbidden);
  EXPECT_EQ(authoriser.permit<Action::kReadConversation>(admin).error().code, Errc::kForbidden);
  EXPECT_EQ(authoriser.permit<Action::kReadLead>(admin).error().code, Errc::kForbidden);
  EXPECT_EQ(authoriser.permit<Action::kFollowEvents>(admin).error().code, Errc::kForbidden);
  EXPECT_TRUE(authoriser.permit<Action::kManageAgents>(admin));
}

TEST_F(LogInPath, RefusesEverythingUnderTheEmptyPolicy) {
  const auto agent = sign_in("anna", {Role::kAgent, Role::kSupervisor, Role::kAdmin});
  const identity::Authoriser empty{identity::Policy{}};
  EXPECT_FALSE(empty.permit<Action::kReadInbox>(agent));
  EXPECT_FALSE(empty.permit<Action::kManageAgents>(agent));
}

TEST_F(LogInPath, BoundsTheEntriesThatUnprovenRequestsCanWrite) {
  for (int i = 0; i < 100; ++i) {
    refuse.record(std::nullopt, Errc::kUnauthenticated);
  }
  EXPECT_EQ(trail().size(), 20U);
  store.clock().advance(std::chrono::seconds{1});
  refuse.record(std::nullopt, Errc::kUnauthenticated);
  EXPECT_EQ(trail().back().entry.items, 80U);
}

}  // namespace
}  // namespace leadkeep::test
