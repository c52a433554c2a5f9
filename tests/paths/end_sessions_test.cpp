// The path of a sign-out by somebody else.
#include "path_house.h"

#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using flow::ManageAgents;
using identity::Action;
using identity::Role;

class EndSessionsPath : public ::testing::Test, public PathHouse {
 protected:
  identity::OpenedSession attempt(std::string_view name) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = std::string{name};
    attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
    attempt.source = "192.0.2.7";
    return must(log_in.log_in(attempt));
  }

  [[nodiscard]] bool is_live(const identity::OpenedSession& opened) {
    return log_in.session_of({a_program(), opened.token.expose()}).ok();
  }

  [[nodiscard]] std::vector<audit::Entry> ends() {
    std::vector<audit::Entry> found;
    for (const audit::NumberedEntry& one : trail()) {
      if (one.entry.act == audit::Act::kLogOut) {
        found.push_back(one.entry);
      }
    }
    return found;
  }

  identity::Session root = sign_in("root", {Role::kAdmin});
  identity::Session anna = sign_in("anna", {Role::kAgent});
  identity::Session bert = sign_in("bert", {Role::kAgent});
};

TEST_F(EndSessionsPath, EndsThoseOfOneAgentAndNoOthers) {
  const auto elsewhere = attempt("anna");
  const auto other = attempt("bert");
  const auto admin = attempt("root");
  const ManageAgents::By by{permit<Action::kManageAgents>(root)};
  EXPECT_EQ(must(end_sessions.of(by, "anna")), 2U);
  EXPECT_FALSE(is_live(elsewhere));
  EXPECT_TRUE(is_live(other));
  EXPECT_TRUE(is_live(admin));
  EXPECT_EQ(must(end_sessions.of(by, "anna")), 0U);
  EXPECT_TRUE(is_live(attempt("anna"))) << "the account is as good as before";
}

TEST_F(EndSessionsPath, EndsThoseOfEverybodyWithTheOneWhoAsks) {
  const auto other = attempt("bert");
  const auto admin = attempt("root");
  EXPECT_EQ(must(end_sessions.of_everybody(permit<Action::kManageAgents>(root))), 5U);
  EXPECT_FALSE(is_live(other));
  EXPECT_FALSE(is_live(admin));
  EXPECT_EQ(ends().size(), 5U);
  const auto last = trail().back().entry;
  EXPECT_EQ(last.act, audit::Act::kSessionsEnded);
  EXPECT_EQ(last.items, 5U);
  EXPECT_EQ(last.actor, root.agent());
}

TEST_F(EndSessionsPath, PutsOnRecordWhoEndedWhose) {
  must(end_sessions.of(permit<Action::kManageAgents>(root), "anna"));
  ASSERT_EQ(ends().size(), 1U);
  EXPECT_EQ(ends()[0].actor, root.agent());
  EXPECT_EQ(ends()[0].object, audit::object_of(anna.agent()));
  EXPECT_EQ(ends()[0].reason, "signed_out_by_another");
  must(end_sessions.of(ManageAgents::By::operator_of_the_host(), "bert"));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kSessionsEnded);
  EXPECT_EQ(trail().back().entry.object, audit::object_of(bert.agent()));
  EXPECT_FALSE(trail().back().entry.actor.has_value());
}

TEST_F(EndSessionsPath, KnowsNobodyWhoIsNotThere) {
  const auto nobody = end_sessions.of(permit<Action::kManageAgents>(root), "nobody");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Errc::kNotFound);
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
}

}  // namespace
}  // namespace leadkeep::test
