// The path of a second factor: enrolled, asked for, guessed, lost and reset.
#include "path_house.h"
#include "refused_log_in.h"

#include <leadkeep/identity/totp.h>

#include <algorithm>
#include <set>
#include <type_traits>

#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Action;
using identity::Assurance;
using identity::Role;

static_assert(!std::is_default_constructible_v<identity::Admission::Key>);
static_assert(!std::is_convertible_v<identity::ProvenIdentity, identity::Admission>);

class SecondFactorPath : public ::testing::Test, public PathHouse {
 protected:
  SecondFactorPath()
      : PathHouse{store::Rehearsal::kEveryWrite, {Role::kSupervisor, Role::kAdmin}} {}

  struct Phone {
    SecretBytes secret;
    std::vector<SecretBytes> paper;
  };

  static SecretBytes typed(std::string_view text) { return SecretBytes::copy_of(as_bytes(text)); }

  Result<identity::OpenedSession> attempt(std::string_view name, std::string_view factor = {},
                                          std::string_view password = kPassword) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = std::string{name};
    attempt.password = typed(password);
    attempt.second_factor = typed(factor);
    attempt.source = "192.0.2.7";
    return log_in.log_in(attempt);
  }

  [[nodiscard]] std::string code_of(const SecretBytes& secret, int steps_away = 0) {
    const auto step = identity::totp::step_at(store.clock().now());
    return identity::totp::code_at(secret, step + static_cast<std::uint64_t>(steps_away));
  }

  // A code that is wrong now, whatever the secret.
  [[nodiscard]] std::string wrong_code(const SecretBytes& secret) {
    const std::set<std::string> near{code_of(secret, -1), code_of(secret), code_of(secret, 1)};
    for (const char* code : {"000000", "111111", "222222", "333333"}) {
      if (!near.contains(code)) {
        return code;
      }
    }
    throw std::runtime_error{"four codes cannot be three"};
  }

  void next_step() { store.clock().advance(30s); }

  identity::Session enrol(const identity::Session& session, Phone& phone) {
    phone.secret = must(enrol_second_factor.offer(session, {}));
    auto enrolled = must(enrol_second_factor.confirm(session, typed(code_of(phone.secret))));
    phone.paper = std::move(enrolled.recovery_codes);
    return std::move(enrolled.session.session);
  }

  // Signs in, enrols, and waits until the app shows a code that was not used.
  identity::Session sign_in_with_phone(const std::string& name, Role role, Phone& phone) {
    auto session = enrol(sign_in(name, {role}), phone);
    next_step();
    return session;
  }
};

TEST_F(SecondFactorPath, AsksNobodyWhoseRolesNeedNone) {
  const auto session = sign_in("anna", {Role::kAgent});
  EXPECT_EQ(session.assurance(), Assurance::kPassword);
  EXPECT_TRUE(authoriser.permit<Action::kReadInbox>(session));
  EXPECT_EQ(trail().back().entry.reason, "password");
}

TEST_F(SecondFactorPath, LetsSomebodyWhoHasToEnrolDoNothingElseAndNotForLong) {
  const auto session = sign_in("susi", {Role::kAgent, Role::kSupervisor});
  EXPECT_EQ(session.assurance(), Assurance::kEnrolmentOnly);
  EXPECT_EQ(authoriser.permit<Action::kReadInbox>(session).error().code,
            Errc::kSecondFactorRequired);
  EXPECT_EQ(authoriser.allows(session, Action::kReply), identity::Verdict::kRefused);
  EXPECT_EQ(session.expires_at(), store.clock().now() + 10min);
  const auto opened = must(attempt("susi"));
  store.clock().advance(10min);
  EXPECT_EQ(log_in.resume({a_program(), opened.token.expose()}).error().code,
            Errc::kUnauthenticated);
}

TEST_F(SecondFactorPath, GivesASessionOfTwoFactorsOnceTheAppIsConfirmed) {
  const auto opened = must([&] {
    sign_in("susi", {Role::kSupervisor});
    return attempt("susi");
  }());
  const auto secret = must(enrol_second_factor.offer(opened.session, {}));
  EXPECT_FALSE(must(enrol_second_factor.show(opened.session)).totp_since);
  auto enrolled = must(enrol_second_factor.confirm(opened.session, typed(code_of(secret))));
  EXPECT_EQ(enrolled.session.session.assurance(), Assurance::kTwoFactors);
  EXPECT_TRUE(authoriser.permit<Action::kReadInbox>(enrolled.session.session));
  EXPECT_TRUE(log_in.resume({a_program(), enrolled.session.token.expose()}));
  EXPECT_FALSE(log_in.resume({a_program(), opened.token.expose()}))
      << "the session that enrolled is over";
  const auto overview = must(enrol_second_factor.show(enrolled.session.session));
  EXPECT_TRUE(overview.required);
  EXPECT_EQ(overview.totp_since, store.clock().now());
  EXPECT_EQ(overview.recovery_codes_left, 10U);
}

TEST_F(SecondFactorPath, TakesTheCodeThatConfirmedTheAppForNoLogIn) {
  Phone phone;
  enrol(sign_in("susi", {Role::kSupervisor}), phone);
  expect_refused(*this, attempt("susi", code_of(phone.secret)), "second_factor_wrong");
  next_step();
  EXPECT_TRUE(attempt("susi", code_of(phone.secret)));
}

TEST_F(SecondFactorPath, TakesACodeOnce) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  const std::string code = code_of(phone.secret);
  const auto opened = must(attempt("susi", code));
  EXPECT_EQ(opened.session.assurance(), Assurance::kTwoFactors);
  EXPECT_EQ(trail().back().entry.reason, "two_factors");
  expect_refused(*this, attempt("susi", code), "second_factor_wrong");
  expect_refused(*this, attempt("susi", code_of(phone.secret, -1)), "second_factor_wrong");
}

TEST_F(SecondFactorPath, TakesACodeThatWasTypedSlowlyAndNoneOfTheFuture) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  next_step();
  EXPECT_TRUE(attempt("susi", code_of(phone.secret, -1)));
  expect_refused(*this, attempt("susi", code_of(phone.secret, 1)), "second_factor_wrong");
  expect_refused(*this, attempt("susi", code_of(phone.secret, -2)), "second_factor_wrong");
  EXPECT_TRUE(attempt("susi", code_of(phone.secret)));
}

TEST_F(SecondFactorPath, TakesFromAnAppThatWasAheadWhenItWasEnrolledOneStepMore) {
  const auto session = sign_in("susi", {Role::kSupervisor});
  const auto secret = must(enrol_second_factor.offer(session, {}));
  must(enrol_second_factor.confirm(session, typed(code_of(secret, 1))));
  next_step();
  EXPECT_TRUE(attempt("susi", code_of(secret, 1)));
  store.clock().advance(5min);
  EXPECT_TRUE(attempt("susi", code_of(secret))) << "typed slowly";
  next_step();
  EXPECT_TRUE(attempt("susi", code_of(secret, 1))) << "and it is still ahead";
}

TEST_F(SecondFactorPath, TakesTheCodeThatIsShownAndNoOtherWhereTheOperatorIsStrict) {
  const identity::SecondFactors strict{
      identity::SecondFactorPolicy{{Role::kSupervisor}, {}, identity::totp::Window::kStrict}};
  flow::LogIn strict_log_in =
      log_in_with({strict, passkeys, devices, email_codes, sign_on_answers});
  const auto strictly = [&](std::string_view factor) {
    identity::LoginAttempt attempt{a_program()};
    attempt.username = "susi";
    attempt.password = typed(kPassword);
    attempt.second_factor = typed(factor);
    attempt.source = "192.0.2.7";
    return strict_log_in.log_in(attempt);
  };
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  next_step();
  expect_refused(*this, strictly(code_of(phone.secret, -1)), "second_factor_wrong");
  expect_refused(*this, strictly(code_of(phone.secret, 1)), "second_factor_wrong");
  EXPECT_TRUE(strictly(code_of(phone.secret)));
  expect_refused(*this, strictly(code_of(phone.secret)), "second_factor_wrong");
}

TEST_F(SecondFactorPath, GivesOneAnswerWhicheverOfTheTwoWasWrong) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  expect_refused(*this, attempt("susi", code_of(phone.secret), "a wrong password"),
                 "wrong_password");
  expect_refused(*this, attempt("susi", wrong_code(phone.secret)), "second_factor_wrong");
  expect_refused(*this, attempt("susi"), "second_factor_missing");
  expect_refused(*this, attempt("susi", std::string(4000, '1')), "second_factor_wrong");
  expect_refused(*this, attempt("nobody", code_of(phone.secret)), "unknown_agent");
  EXPECT_TRUE(attempt("susi", code_of(phone.secret)));
}

TEST_F(SecondFactorPath, BlocksTheAppAfterFiveWrongCodesHoweverOftenTheLogInStartsAnew) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  for (int i = 0; i < 5; ++i) {
    expect_refused(*this, attempt("susi", wrong_code(phone.secret)), "second_factor_wrong");
  }
  next_step();
  expect_refused(*this, attempt("susi", code_of(phone.secret)), "second_factor_blocked");
  EXPECT_TRUE(attempt("susi", as_text(phone.paper[0].expose()))) << "paper cannot be guessed";
  next_step();
  EXPECT_TRUE(attempt("susi", code_of(phone.secret))) << "another factor ends the block";
}

TEST_F(SecondFactorPath, LetsABlockPass) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  for (int i = 0; i < 5; ++i) {
    expect_refused(*this, attempt("susi", wrong_code(phone.secret)), "second_factor_wrong");
  }
  store.clock().advance(15min);
  EXPECT_TRUE(attempt("susi", code_of(phone.secret)));
}

TEST_F(SecondFactorPath, CountsOnWhereALogInReadTheClockBeforeTheWindowBegan) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  for (int i = 0; i < 5; ++i) {
    expect_refused(*this, attempt("susi", wrong_code(phone.secret)), "second_factor_wrong");
    store.clock().advance(-1ms);
  }
  expect_refused(*this, attempt("susi", code_of(phone.secret)), "second_factor_blocked");
}

TEST_F(SecondFactorPath, CallsTwentyWrongCodesGuessingAndStopsAtAHundred) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  for (int i = 1; i <= 100; ++i) {
    expect_refused(*this, attempt("susi", wrong_code(phone.secret)),
                   i == 20 ? "second_factor_guessed" : "second_factor_wrong");
    if (i % 5 == 0) {
      store.clock().advance(16min);
    }
  }
  store.clock().advance(24h);
  expect_refused(*this, attempt("susi", code_of(phone.secret)), "second_factor_stopped");
  EXPECT_TRUE(attempt("susi", as_text(phone.paper[3].expose())));
  EXPECT_TRUE(attempt("susi", code_of(phone.secret)));
}

TEST_F(SecondFactorPath, ForgetsTyposAfterACodeThatWasRight) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 4; ++i) {
      expect_refused(*this, attempt("susi", wrong_code(phone.secret)), "second_factor_wrong");
    }
    next_step();
    EXPECT_TRUE(attempt("susi", code_of(phone.secret)));
  }
}

TEST_F(SecondFactorPath, TakesARecoveryCodeOnceHoweverItIsTyped) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  std::string code{as_text(phone.paper[7].expose())};
  std::ranges::transform(code, code.begin(),
                         [](char c) { return static_cast<char>(std::tolower(c)); });
  std::erase(code, '-');
  code.insert(3, " ");
  const auto opened = must(attempt("susi", code));
  EXPECT_EQ(opened.session.assurance(), Assurance::kTwoFactors);
  EXPECT_EQ(must(enrol_second_factor.show(opened.session)).recovery_codes_left, 9U);
  expect_refused(*this, attempt("susi", as_text(phone.paper[7].expose())), "second_factor_wrong");
  EXPECT_TRUE(attempt("susi", as_text(phone.paper[8].expose())));
}

TEST_F(SecondFactorPath, AsksWhoeverHasEnrolledWhateverTheRole) {
  Phone phone;
  sign_in_with_phone("anna", Role::kAgent, phone);
  expect_refused(*this, attempt("anna"), "second_factor_missing");
  EXPECT_EQ(must(attempt("anna", code_of(phone.secret))).session.assurance(),
            Assurance::kTwoFactors);
}

TEST_F(SecondFactorPath, EndsAPasswordSessionWhoseAgentHasARoleThatNeedsMore) {
  sign_in("anna", {Role::kAgent});
  const auto opened = must(attempt("anna"));
  const identity::SessionStore stricter{
      {}, directory_word, identity::SecondFactorPolicy{{Role::kAgent}}};
  const auto found = store->read([&](store::ReadTxn& txn) {
    return stricter.find(txn, {a_program(), opened.token.expose()}, store.clock().now());
  });
  EXPECT_EQ(found.error().code, Errc::kUnauthenticated);
}

TEST_F(SecondFactorPath, EndsAllSessionsWithAChangeAndTheNewOneLastsNoLonger) {
  sign_in("anna", {Role::kAgent});
  const auto first = must(attempt("anna"));
  for (int i = 0; i < 33; ++i) {
    store.clock().advance(20min);
    must(log_in.resume({a_program(), first.token.expose()}));
  }
  const auto second = must(attempt("anna"));
  Phone phone;
  identity::LoginAttempt again{a_program()};
  again.password = typed(kPassword);
  again.source = "192.0.2.7";
  const auto proven = must(
      log_in.step_up(must(log_in.resume({a_program(), first.token.expose()})), std::move(again)));
  const auto session = enrol(proven.session, phone);
  EXPECT_FALSE(log_in.resume({a_program(), proven.token.expose()}));
  EXPECT_FALSE(log_in.resume({a_program(), second.token.expose()}));
  EXPECT_EQ(session.expires_at(), store.clock().now() + 30min);
  store.clock().advance(20min);
  const auto ends = std::ranges::count_if(trail(), [](const auto& item) {
    return item.entry.act == audit::Act::kLogOut && item.entry.reason == "second_factor_enrolled";
  });
  EXPECT_EQ(ends, 3);
}

TEST_F(SecondFactorPath, ChangesNoFactorForASessionAlone) {
  Phone phone;
  const auto session = sign_in_with_phone("susi", Role::kSupervisor, phone);
  EXPECT_EQ(enrol_second_factor.offer(session, {}).error().code, Errc::kProofRefused);
  EXPECT_EQ(trail().back().entry.reason, "second_factor_missing");
  EXPECT_EQ(enrol_second_factor.replace_recovery_codes(session, typed(wrong_code(phone.secret)))
                .error()
                .code,
            Errc::kProofRefused);
  const auto codes =
      must(enrol_second_factor.replace_recovery_codes(session, typed(code_of(phone.secret))));
  EXPECT_EQ(codes.size(), 10U);
  expect_refused(*this, attempt("susi", as_text(phone.paper[0].expose())), "second_factor_wrong");
  EXPECT_TRUE(attempt("susi", as_text(codes[0].expose())));
}

TEST_F(SecondFactorPath, ReplacesTheAppForWhoeverStillHasTheOldOneOrThePaper) {
  Phone old_phone;
  const auto session = sign_in_with_phone("susi", Role::kSupervisor, old_phone);
  const auto secret =
      must(enrol_second_factor.offer(session, typed(as_text(old_phone.paper[0].expose()))));
  EXPECT_TRUE(attempt("susi", code_of(old_phone.secret))) << "until the new one is confirmed";
  must(enrol_second_factor.confirm(session, typed(code_of(secret))));
  next_step();
  expect_refused(*this, attempt("susi", code_of(old_phone.secret)), "second_factor_wrong");
  expect_refused(*this, attempt("susi", as_text(old_phone.paper[1].expose())),
                 "second_factor_wrong");
  EXPECT_TRUE(attempt("susi", code_of(secret)));
}

TEST_F(SecondFactorPath, ConfirmsNothingThatWasNotOfferedOrTooLongAgo) {
  const auto session = sign_in("anna", {Role::kAgent});
  EXPECT_EQ(enrol_second_factor.confirm(session, typed("123456")).error().code,
            Errc::kProofRefused);
  EXPECT_EQ(trail().back().entry.reason, "second_factor_not_offered");
  const auto secret = must(enrol_second_factor.offer(session, {}));
  store.clock().advance(10min);
  EXPECT_EQ(enrol_second_factor.confirm(session, typed(code_of(secret))).error().code,
            Errc::kProofRefused);
}

TEST_F(SecondFactorPath, EndsAnOfferAfterFiveWrongCodesAndBlocksNoAppThatIsThere) {
  const auto session = sign_in("susi", {Role::kSupervisor});
  const auto secret = must(enrol_second_factor.offer(session, {}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(enrol_second_factor.confirm(session, typed(wrong_code(secret))));
  }
  EXPECT_FALSE(enrol_second_factor.confirm(session, typed(code_of(secret))));
  EXPECT_EQ(trail().back().entry.reason, "second_factor_not_offered");
  Phone phone;
  enrol(session, phone);
  next_step();
  EXPECT_TRUE(attempt("susi", code_of(phone.secret)));
}

TEST_F(SecondFactorPath, ResetsToACodeThatOnlyEnrolsAndNeverToNothing) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  const auto opened = must(attempt("susi", code_of(phone.secret)));
  next_step();
  const auto by_operator = flow::ManageAgents::By::operator_of_the_host();
  const auto given = must(enrol_second_factor.reset(by_operator, "Susi"));
  EXPECT_EQ(trail().back().entry.act, audit::Act::kSecondFactorReset);
  EXPECT_FALSE(log_in.resume({a_program(), opened.token.expose()}));
  expect_refused(*this, attempt("susi"), "enrolment_code");
  expect_refused(*this, attempt("susi", code_of(phone.secret)), "enrolment_code");
  expect_refused(*this, attempt("susi", as_text(phone.paper[0].expose())), "enrolment_code");
  expect_refused(*this, attempt("susi", as_text(given.code.expose()), "a wrong password"),
                 "wrong_password");
  const auto session = must(attempt("susi", as_text(given.code.expose()))).session;
  EXPECT_EQ(session.assurance(), Assurance::kEnrolmentOnly);
  expect_refused(*this, attempt("susi", as_text(given.code.expose())), "enrolment_code");
  Phone new_phone;
  EXPECT_EQ(enrol(session, new_phone).assurance(), Assurance::kTwoFactors);
  next_step();
  EXPECT_TRUE(attempt("susi", code_of(new_phone.secret)));
}

TEST_F(SecondFactorPath, AsksForTheEnrolmentCodeOfARoleThatNeedsNoFactorToo) {
  sign_in("anna", {Role::kAgent});
  const auto given =
      must(enrol_second_factor.reset(flow::ManageAgents::By::operator_of_the_host(), "anna"));
  expect_refused(*this, attempt("anna"), "enrolment_code");
  store.clock().advance(9min + 58s);
  EXPECT_TRUE(attempt("anna", as_text(given.code.expose())));
}

TEST_F(SecondFactorPath, TakesNoEnrolmentCodeAfterTenMinutes) {
  sign_in("anna", {Role::kAgent});
  const auto given =
      must(enrol_second_factor.reset(flow::ManageAgents::By::operator_of_the_host(), "anna"));
  store.clock().advance(10min);
  expect_refused(*this, attempt("anna", as_text(given.code.expose())), "enrolment_code");
}

TEST_F(SecondFactorPath, LetsNoAdministratorResetTheirOwn) {
  Phone phone;
  const auto admin = sign_in_with_phone("root", Role::kAdmin, phone);
  sign_in("anna", {Role::kAgent});
  const auto by = permit<Action::kManageAgents>(admin);
  EXPECT_EQ(enrol_second_factor.reset(by, "root").error().code, Errc::kForbidden);
  EXPECT_EQ(enrol_second_factor.reset(by, "nobody").error().code, Errc::kNotFound);
  EXPECT_TRUE(enrol_second_factor.reset(by, "anna"));
  EXPECT_EQ(trail().back().entry.actor, admin.agent());
  EXPECT_TRUE(attempt("root", code_of(phone.secret))) << "the refused one changed nothing";
}

// A request may take long to come: what it was allowed when it began counts for nothing.
TEST_F(SecondFactorPath, EnrolsNothingThroughASessionThatHasEndedMeanwhile) {
  const auto session = sign_in("susi", {Role::kSupervisor});
  const auto secret = must(enrol_second_factor.offer(session, {}));
  const auto other = must(attempt("susi"));
  must(log_in.log_out(session));
  EXPECT_EQ(enrol_second_factor.offer(session, {}).error().code, Errc::kUnauthenticated);
  EXPECT_EQ(enrol_second_factor.confirm(session, typed(code_of(secret))).error().code,
            Errc::kUnauthenticated);
  const auto given =
      must(enrol_second_factor.reset(flow::ManageAgents::By::operator_of_the_host(), "susi"));
  EXPECT_EQ(enrol_second_factor.offer(other.session, {}).error().code, Errc::kUnauthenticated);
  EXPECT_TRUE(attempt("susi", as_text(given.code.expose())));
}

TEST_F(SecondFactorPath, CountsWrongCodesAgainstTheSourceAsWell) {
  Phone phone;
  sign_in_with_phone("susi", Role::kSupervisor, phone);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(attempt("susi").error().code, Errc::kUnauthenticated);
  }
  EXPECT_EQ(attempt("susi", code_of(phone.secret)).error().code, Errc::kTooManyRequests);
}

}  // namespace
}  // namespace leadkeep::test
