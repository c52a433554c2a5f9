// The path of a code by e-mail, from the draft to the session. Where the address comes from, and the
// mail itself, are seen from outside (tests/functional/email_codes.py).
#include "path_house.h"

#include <leadkeep/identity/email_codes.h>

#include <set>

#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Assurance;
using identity::EmailCodes;
using identity::FactorRefusal;
using identity::ProofAge;
using identity::Role;

constexpr std::string_view kAddress = "anna@bank.example";

identity::SecondFactorPolicy policy_for(std::set<Role> email_code_for) {
  return identity::SecondFactorPolicy{{Role::kAgent, Role::kSupervisor, Role::kAdmin},
                                      {},
                                      identity::totp::Window::kUsual,
                                      std::move(email_code_for)};
}

class EmailCodePath : public ::testing::Test, public PathHouse {
 protected:
  using Outcome = std::variant<Assurance, FactorRefusal>;

  identity::ProvenIdentity proven(const std::string& name, std::vector<Role> roles) {
    sign_in(name, std::move(roles));
    identity::LoginAttempt attempt{a_program()};
    attempt.username = name;
    attempt.password = SecretBytes::copy_of(as_bytes(kPassword));
    identity::RefusedProof refused;
    return must(directory.prove(attempt, refused));
  }

  std::optional<FactorRefusal> issue(const identity::ProvenIdentity& who,
                                     const EmailCodes::Draft& draft,
                                     std::string_view address = kAddress) {
    return must(store->write([&](store::WriteTxn& txn) {
      return codes.issue(txn, who, address, draft, store.clock().now());
    }));
  }

  Outcome enter(const identity::ProvenIdentity& who, const EmailCodes::Draft& draft,
                const SecretBytes& typed, std::string_view address = kAddress) {
    const auto decision = must(store->write([&](store::WriteTxn& txn) {
      return codes.admit(txn, who, address, draft.transaction, typed, store.clock().now());
    }));
    if (const auto* refusal = std::get_if<FactorRefusal>(&decision)) {
      return *refusal;
    }
    return std::get<identity::Admission>(decision).assurance();
  }

  // A code that is wrong, whatever the right one is.
  static SecretBytes wrong(const EmailCodes::Draft& draft) {
    SecretBytes code = draft.code.clone();
    std::byte& last = code.expose_mutable().back();
    last = last == std::byte{'0'} ? std::byte{'1'} : std::byte{'0'};
    return code;
  }

  EmailCodes codes{policy_for({Role::kAgent})};
};

TEST_F(EmailCodePath, DrawsEightDigitsAndATransactionThatNobodyGuesses) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto draft = EmailCodes::Draft::draw();
    EXPECT_EQ(draft.code.size(), EmailCodes::kDigits);
    EXPECT_EQ(draft.transaction.size(), 43U);
    for (const char c : as_text(draft.code.expose())) {
      EXPECT_TRUE(c >= '0' && c <= '9') << c;
    }
    seen.emplace(as_text(draft.code.expose()));
  }
  EXPECT_GT(seen.size(), 95U);
}

TEST_F(EmailCodePath, TakesACodeOnceWithinTenMinutes) {
  const auto anna = proven("anna", {Role::kAgent});
  const auto first = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, first), std::nullopt);
  store.clock().advance(10min - 1ms);
  EXPECT_EQ(enter(anna, first, first.code), Outcome{Assurance::kEmailCode});
  EXPECT_EQ(enter(anna, first, first.code), Outcome{FactorRefusal::kWrong}) << "used";
  const auto second = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, second), std::nullopt);
  store.clock().advance(10min);
  EXPECT_EQ(enter(anna, second, second.code), Outcome{FactorRefusal::kWrong}) << "too late";
}

TEST_F(EmailCodePath, TakesItWithTheSpacesOfTheMailAndNothingElse) {
  const auto anna = proven("anna", {Role::kAgent});
  const auto draft = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, draft), std::nullopt);
  const std::string digits{as_text(draft.code.expose())};
  for (const std::string& text :
       {digits.substr(1), digits + "0", digits + "x", digits + std::string(20, ' ')}) {
    EXPECT_EQ(enter(anna, draft, SecretBytes::copy_of(as_bytes(text))),
              Outcome{FactorRefusal::kWrong})
        << text;
  }
  const std::string spaced = " " + digits.substr(0, 4) + " " + digits.substr(4) + " ";
  EXPECT_EQ(enter(anna, draft, SecretBytes::copy_of(as_bytes(spaced))),
            Outcome{Assurance::kEmailCode});
}

TEST_F(EmailCodePath, CountsAgainstOneCodeAlsoWhereTheWindowOfAllCodesBeginsAnew) {
  const auto anna = proven("anna", {Role::kAgent});
  const auto old = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, old), std::nullopt);
  EXPECT_EQ(enter(anna, old, wrong(old)), Outcome{FactorRefusal::kWrong}) << "begins the window";
  store.clock().advance(14min);
  const auto draft = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, draft), std::nullopt);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(enter(anna, draft, wrong(draft)), Outcome{FactorRefusal::kWrong});
  }
  EXPECT_EQ(enter(anna, draft, draft.code), Outcome{FactorRefusal::kBlocked}) << "five in all";
  store.clock().advance(1min);
  EXPECT_EQ(enter(anna, draft, wrong(draft)), Outcome{FactorRefusal::kWrong}) << "the fifth of it";
  EXPECT_EQ(enter(anna, draft, draft.code), Outcome{FactorRefusal::kWrong});
}

TEST_F(EmailCodePath, SendsNoneToWhoIsHeldUp) {
  const auto anna = proven("anna", {Role::kAgent});
  const auto draft = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, draft), std::nullopt);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(enter(anna, draft, wrong(draft)), Outcome{FactorRefusal::kWrong});
  }
  EXPECT_EQ(issue(anna, EmailCodes::Draft::draw()), FactorRefusal::kBlocked);
}

TEST_F(EmailCodePath, CountsNothingWhereNoCodeIsOut) {
  const auto anna = proven("anna", {Role::kAgent});
  const auto draft = EmailCodes::Draft::draw();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(enter(anna, draft, draft.code), Outcome{FactorRefusal::kWrong});
  }
  ASSERT_EQ(issue(anna, draft), std::nullopt);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(enter(anna, draft, {}), Outcome{FactorRefusal::kMissing});
  }
  EXPECT_EQ(enter(anna, draft, draft.code), Outcome{Assurance::kEmailCode});
}

TEST_F(EmailCodePath, LocksNobodyOutForGood) {
  const auto anna = proven("anna", {Role::kAgent});
  for (int hour = 0; hour < 21; ++hour) {
    const auto draft = EmailCodes::Draft::draw();
    ASSERT_EQ(issue(anna, draft), std::nullopt);
    for (int i = 0; i < 5; ++i) {
      ASSERT_NE(enter(anna, draft, wrong(draft)), Outcome{Assurance::kEmailCode});
    }
    store.clock().advance(1h);
  }
  const auto draft = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, draft), std::nullopt) << "after 105 wrong ones in a row";
  EXPECT_EQ(enter(anna, draft, draft.code), Outcome{Assurance::kEmailCode});
}

TEST_F(EmailCodePath, SendsACodeAlsoAfterTheClockWasSetBack) {
  const auto anna = proven("anna", {Role::kAgent});
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(issue(anna, EmailCodes::Draft::draw()), std::nullopt);
  }
  store.clock().advance(-24h);
  EXPECT_EQ(issue(anna, EmailCodes::Draft::draw()), std::nullopt);
}

TEST_F(EmailCodePath, SendsThreeInAnyHour) {
  const auto anna = proven("anna", {Role::kAgent});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(issue(anna, EmailCodes::Draft::draw()), std::nullopt);
    store.clock().advance(19min);
  }
  EXPECT_EQ(issue(anna, EmailCodes::Draft::draw()), FactorRefusal::kTooManyEmails);
  store.clock().advance(3min);
  EXPECT_EQ(issue(anna, EmailCodes::Draft::draw()), std::nullopt) << "the first is an hour old";
  EXPECT_EQ(issue(anna, EmailCodes::Draft::draw()), FactorRefusal::kTooManyEmails);
}

TEST_F(EmailCodePath, IsForAgentsAllOfWhoseRolesMay) {
  EXPECT_EQ(issue(proven("susi", {Role::kAgent, Role::kSupervisor}), EmailCodes::Draft::draw()),
            FactorRefusal::kNoEmailCode);
  EXPECT_EQ(issue(proven("rolf", {Role::kAdmin}), EmailCodes::Draft::draw()),
            FactorRefusal::kNoEmailCode);
}

TEST_F(EmailCodePath, IsNoWayAroundAReset) {
  const auto anna = proven("anna", {Role::kAgent});
  const auto draft = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, draft), std::nullopt);
  must(store->write([&](store::WriteTxn& txn) {
    return second_factors.reset(txn, anna.agent(), SecretBytes::copy_of(as_bytes("a code")),
                                store.clock().now());
  }));
  EXPECT_EQ(enter(anna, draft, draft.code), Outcome{FactorRefusal::kNoEmailCode});
  EXPECT_EQ(issue(anna, EmailCodes::Draft::draw()), FactorRefusal::kNoEmailCode);
}

TEST_F(EmailCodePath, BelongsToTheAddressThatItWasSentTo) {
  const auto anna = proven("anna", {Role::kAgent});
  const auto draft = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, draft), std::nullopt);
  EXPECT_EQ(enter(anna, draft, draft.code, "eve@bank.example"), Outcome{FactorRefusal::kWrong});
  EXPECT_EQ(enter(anna, draft, draft.code, ""), Outcome{FactorRefusal::kWrong});
  EXPECT_EQ(enter(anna, draft, draft.code, "Anna@Bank.Example"), Outcome{Assurance::kEmailCode});
}

TEST_F(EmailCodePath, OpensASessionThatIsNeverAFreshProofAndEndsWithThePolicy) {
  const auto anna = proven("anna", {Role::kAgent});
  const auto draft = EmailCodes::Draft::draw();
  ASSERT_EQ(issue(anna, draft), std::nullopt);
  const auto start = identity::SessionStart::draw(a_program(), "192.0.2.7", store.clock().now());
  const identity::SessionStore accepting{{}, directory_word, policy_for({Role::kAgent})};
  const auto opened = must(store->write([&](store::WriteTxn& txn) -> Result<identity::Session> {
    LK_TRY(const auto decision,
           codes.admit(txn, anna, kAddress, draft.transaction, draft.code, store.clock().now()));
    LK_TRY(auto one, accepting.open(txn, std::get<identity::Admission>(decision), start,
                                    store.clock().now()));
    return std::move(one.session);
  }));
  EXPECT_EQ(opened.assurance(), Assurance::kEmailCode);
  EXPECT_EQ(opened.proof_age(), ProofAge::kOld);
  // Left open, it must not put somebody else's app or passkey in place.
  EXPECT_EQ(enrol_second_factor.offer(opened, {}).error().code, Errc::kStepUpRequired);
  EXPECT_EQ(enrol_passkey.ask(opened).error().code, Errc::kStepUpRequired);
  const identity::SessionStore without{{}, directory_word, policy_for({})};
  const auto found = store->read([&](store::ReadTxn& txn) {
    return without.find(txn, {a_program(), start.token.expose()}, store.clock().now());
  });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::kUnauthenticated);
}

TEST_F(EmailCodePath, DoesNotExistWhereThereIsNoRelay) {
  const auto asked = log_in.ask_for_email_code(identity::LoginAttempt{a_program()});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace leadkeep::test
