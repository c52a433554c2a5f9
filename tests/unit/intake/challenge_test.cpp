#include "intake_test_support.h"

#include <leadkeep/intake/challenge.h>

namespace leadkeep::intake {
namespace {

using test::secret;

constexpr std::string_view kToken = "a verify token";

void expect_refused(std::string_view mode, std::string_view token, std::string_view challenge) {
  const auto answer = answer_challenge(mode, token, challenge, secret(kToken));
  ASSERT_FALSE(answer.ok()) << challenge;
  EXPECT_EQ(answer.error().code, Errc::kForbidden);
}

TEST(AnswerChallenge, RepeatsTheChallenge) {
  for (const std::string& challenge :
       {std::string{"1158201444"}, std::string{"aZ09_-"}, std::string(256, 'x')}) {
    const auto answer = answer_challenge("subscribe", kToken, challenge, secret(kToken));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer.value(), challenge);
  }
}

TEST(AnswerChallenge, RefusesAnotherToken) {
  for (const std::string_view token : {"", "a verify toke", "a verify token ", "A verify token"}) {
    expect_refused("subscribe", token, "1158201444");
  }
}

TEST(AnswerChallenge, RefusesAnotherMode) {
  for (const std::string_view mode : {"", "unsubscribe", "Subscribe", "subscribe "}) {
    expect_refused(mode, kToken, "1158201444");
  }
}

TEST(AnswerChallenge, RefusesAChallengeThatCouldBeMarkup) {
  using namespace std::string_view_literals;
  for (const std::string_view challenge :
       {""sv, "<script>"sv, "a b"sv, "a\r\nb"sv, "a\0"sv, "%41"sv, "\xC3\xA4"sv, "a.b"sv}) {
    expect_refused("subscribe", kToken, challenge);
  }
  expect_refused("subscribe", kToken, std::string(257, 'x'));
}

TEST(AnswerChallenge, RefusesEverythingWithoutATokenOfOurs) {
  EXPECT_FALSE(answer_challenge("subscribe", "", "1158201444", SecretBytes{}).ok());
}

}  // namespace
}  // namespace leadkeep::intake
