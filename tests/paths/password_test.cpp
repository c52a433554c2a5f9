// The path of a new password: an agent's own, or one that the operator of the host sets.
#include "path_house.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Role;

constexpr std::string_view kNew = "seven purple violins";

class PasswordPath : public ::testing::Test, public PathHouse {
 protected:
  static SecretBytes typed(std::string_view text) { return SecretBytes::copy_of(as_bytes(text)); }

  Result<identity::OpenedSession> open(std::string_view name, std::string_view password) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = std::string{name};
    attempt.password = typed(password);
    attempt.source = "192.0.2.7";
    return log_in.log_in(attempt);
  }

  Result<identity::OpenedSession> change(const identity::Session& session, std::string_view present,
                                         std::string_view fresh) {
    return change_password.change(session, typed(present), typed(fresh));
  }
};

TEST_F(PasswordPath, ChangesItAndEndsWhateverWasOpenedWithTheOneBefore) {
  sign_in("anna", {Role::kAgent});
  const auto here = must(open("anna", kPassword));
  const auto elsewhere = must(open("anna", kPassword));
  const auto changed = must(change(here.session, kPassword, kNew));
  EXPECT_TRUE(log_in.resume({a_program(), changed.token.expose()}));
  EXPECT_FALSE(log_in.resume({a_program(), here.token.expose()}));
  EXPECT_FALSE(log_in.resume({a_program(), elsewhere.token.expose()}));
  EXPECT_FALSE(open("anna", kPassword));
  EXPECT_TRUE(open("anna", kNew));
  const auto entries = trail();
  EXPECT_TRUE(std::ranges::any_of(entries, [](const audit::NumberedEntry& one) {
    return one.entry.act == audit::Act::kPasswordChanged &&
           one.entry.outcome == audit::Outcome::kDone;
  }));
}

TEST_F(PasswordPath, NeedsThePresentOneAndCountsGuesses) {
  sign_in("anna", {Role::kAgent});
  const auto here = must(open("anna", kPassword));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(change(here.session, "a wrong password", kNew).error().code, Errc::kProofRefused);
  }
  EXPECT_EQ(trail().back().entry.act, audit::Act::kPasswordChanged);
  EXPECT_EQ(trail().back().entry.outcome, audit::Outcome::kRefused);
  EXPECT_EQ(change(here.session, kPassword, kNew).error().code, Errc::kTooManyRequests);
  store.clock().advance(15min);
  EXPECT_TRUE(open("anna", kPassword)) << "it is still the one";
}

TEST_F(PasswordPath, IsNotChangedThroughASessionThatWasLeftOpen) {
  sign_in("anna", {Role::kAgent});
  const auto opened = must(open("anna", kPassword));
  store.clock().advance(5min);
  const auto old = must(log_in.resume({a_program(), opened.token.expose()}));
  EXPECT_EQ(change(old, kPassword, kNew).error().code, Errc::kStepUpRequired);
}

TEST_F(PasswordPath, IsNotChangedToOneThatIsTriedFirst) {
  sign_in("anna", {Role::kAgent});
  const auto here = must(open("anna", kPassword));
  for (const std::string_view easy : {"short", "passwordpassword", "annaannaannaanna"}) {
    EXPECT_EQ(change(here.session, kPassword, easy).error().code, Errc::kPasswordTooEasy);
  }
  EXPECT_TRUE(log_in.resume({a_program(), here.token.expose()}));
}

TEST_F(PasswordPath, IsCheckedAsItWasTypedToTheLastByte) {
  std::string longest;
  while (longest.size() < identity::PasswordRules::kMaxBytes) {
    longest += static_cast<char>('a' + (longest.size() * 7 + longest.size() / 5) % 26);
  }
  sign_in("anna", {Role::kAgent});
  must(change(must(open("anna", kPassword)).session, kPassword, longest));
  EXPECT_TRUE(open("anna", longest));
  EXPECT_FALSE(open("anna", longest.substr(0, longest.size() - 1)));
}

TEST_F(PasswordPath, LeavesNobodyElseSignedOut) {
  sign_in("anna", {Role::kAgent});
  sign_in("bert", {Role::kAgent});
  const auto bert = must(open("bert", kPassword));
  must(change(must(open("anna", kPassword)).session, kPassword, kNew));
  EXPECT_TRUE(log_in.resume({a_program(), bert.token.expose()}));
  EXPECT_TRUE(open("bert", kPassword));
}

// Checking takes tens of milliseconds, in which the password may become another.
TEST_F(PasswordPath, LogInThatWasProvenWithTheOneBeforeOpensNothing) {
  sign_in("anna", {Role::kAgent});
  identity::LoginAttempt attempt{a_program()};
  attempt.username = "anna";
  attempt.password = typed(kPassword);
  identity::RefusedProof refused;
  const auto proven = must(directory.prove(attempt, refused));
  EXPECT_TRUE(store->read([&](store::ReadTxn& txn) { return proven.require_current(txn); }));
  must(change_password.set("anna", typed(kNew)));
  EXPECT_EQ(
      store->read([&](store::ReadTxn& txn) { return proven.require_current(txn); }).error().code,
      Errc::kUnauthenticated);
}

TEST_F(PasswordPath, IsSetByTheOperatorForWhoHasLostIt) {
  sign_in("anna", {Role::kAgent});
  const auto before = must(open("anna", kPassword));
  EXPECT_EQ(change_password.set("anna", typed("passwordpassword")).error().code,
            Errc::kPasswordTooEasy);
  EXPECT_TRUE(log_in.resume({a_program(), before.token.expose()}));
  must(change_password.set("anna", typed(kNew)));
  EXPECT_FALSE(log_in.resume({a_program(), before.token.expose()}));
  EXPECT_FALSE(open("anna", kPassword));
  EXPECT_TRUE(open("anna", kNew));
  EXPECT_EQ(change_password.set("nobody", typed(kNew)).error().code, Errc::kNotFound);
}

TEST_F(PasswordPath, IsNoneOfAnAgentWhoIsProvenElsewhere) {
  const auto code = must(open_break_glass.issue());
  const auto emergency = must(open_break_glass.open(a_program(), code.code, "192.0.2.7"));
  EXPECT_EQ(change(emergency.session, "", kNew).error().code, Errc::kConflict);
  EXPECT_EQ(change_password.set(":break-glass", typed(kNew)).error().code, Errc::kConflict);
}

}  // namespace
}  // namespace leadkeep::test
