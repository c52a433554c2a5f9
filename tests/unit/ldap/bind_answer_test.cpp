#include "bind_answer.h"

#include <gtest/gtest.h>
#include <ldap.h>

namespace leadkeep::ldap {
namespace {

using Verdict = BindAnswer::Verdict;

std::string_view cause_of(std::string_view diagnostic, PolicyError policy = PolicyError::kNone) {
  const auto answer = read_bind_answer(LDAP_INVALID_CREDENTIALS, diagnostic, policy);
  EXPECT_TRUE(answer.ok() && answer.value().verdict == Verdict::kRefused);
  return answer.ok() ? answer.value().cause : "?";
}

TEST(ReadBindAnswer, ProvesWithNothingButSuccess) {
  const auto proven = read_bind_answer(LDAP_SUCCESS, "", PolicyError::kNone);
  ASSERT_TRUE(proven.ok());
  EXPECT_EQ(proven.value().verdict, Verdict::kProven);
  for (int code = 1; code < 130; ++code) {
    const auto answer = read_bind_answer(code, "", PolicyError::kNone);
    EXPECT_TRUE(!answer.ok() || answer.value().verdict == Verdict::kRefused) << code;
  }
}

TEST(ReadBindAnswer, RefusesSuccessWithAPasswordThatMustBeChanged) {
  const auto answer = read_bind_answer(LDAP_SUCCESS, "", PolicyError::kMustChange);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer.value().verdict, Verdict::kRefused);
  EXPECT_EQ(answer.value().cause, "must_change_password");
}

TEST(ReadBindAnswer, ReadsTheCodesOfActiveDirectory) {
  const auto text = [](const std::string& code) {
    return "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data " + code +
           ", v2580";
  };
  EXPECT_EQ(cause_of(text("525")), "unknown_agent");
  EXPECT_EQ(cause_of(text("52e")), "wrong_password");
  EXPECT_EQ(cause_of(text("530")), "outside_logon_hours");
  EXPECT_EQ(cause_of(text("532")), "password_expired");
  EXPECT_EQ(cause_of(text("533")), "account_disabled");
  EXPECT_EQ(cause_of(text("701")), "account_expired");
  EXPECT_EQ(cause_of(text("773")), "must_change_password");
  EXPECT_EQ(cause_of(text("775")), "account_locked");
  EXPECT_EQ(cause_of(text("999")), "wrong_password");
  EXPECT_EQ(cause_of("data "), "wrong_password");
  EXPECT_EQ(cause_of(""), "wrong_password");
}

TEST(ReadBindAnswer, ReadsThePasswordPolicyOfOpenLdap) {
  EXPECT_EQ(cause_of("", PolicyError::kAccountLocked), "account_locked");
  EXPECT_EQ(cause_of("", PolicyError::kPasswordExpired), "password_expired");
}

TEST(ReadBindAnswer, TakesNoDecisionFromAServerThatMadeNone) {
  for (const int code :
       {LDAP_BUSY, LDAP_UNAVAILABLE, LDAP_REFERRAL, LDAP_OTHER, LDAP_STRONG_AUTH_REQUIRED,
        LDAP_CONFIDENTIALITY_REQUIRED, LDAP_PROTOCOL_ERROR, LDAP_OPERATIONS_ERROR}) {
    const auto answer = read_bind_answer(code, "", PolicyError::kNone);
    ASSERT_FALSE(answer.ok()) << code;
    EXPECT_EQ(answer.error().code, Errc::kUnavailable) << code;
  }
}

}  // namespace
}  // namespace leadkeep::ldap
