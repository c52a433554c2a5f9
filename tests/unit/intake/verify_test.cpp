#include "intake_test_support.h"

#include <leadkeep/intake/verify.h>

#include <algorithm>
#include <type_traits>

namespace leadkeep::intake {
namespace {

using test::app_secrets;
using test::secret;
using test::signature;

static_assert(!std::is_copy_constructible_v<AppSecrets>);
static_assert(!std::is_copy_constructible_v<VerifiedWebhook>);
static_assert(!std::is_constructible_v<VerifiedWebhook, std::string>);
static_assert(!std::is_default_constructible_v<VerifiedWebhook>);
static_assert(!std::is_constructible_v<RawWebhook, std::string, std::vector<std::string>>);

constexpr std::string_view kBody = R"({"object":"whatsapp_business_account","entry":[]})";

Result<VerifiedWebhook> verified(std::string_view body, std::vector<std::string> headers,
                                 const AppSecrets& secrets = app_secrets()) {
  LK_TRY(auto raw, RawWebhook::take(std::string{body}, std::move(headers)));
  return verify(std::move(raw), secrets);
}

// Every refusal is the same in code and text, so that nobody learns how far an attempt got.
void expect_refused(const Result<VerifiedWebhook>& result) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::kUnauthenticated);
  EXPECT_EQ(result.error().detail, "webhook signature");
}

TEST(RawWebhook, RefusesOneByteOverTheBound) {
  EXPECT_TRUE(RawWebhook::take(std::string(kMaxWebhookBytes, 'x'), {}).ok());
  const auto result = RawWebhook::take(std::string(kMaxWebhookBytes + 1, 'x'), {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::kTooLarge);
}

TEST(AppSecrets, RefusesAnEmptySecret) {
  EXPECT_FALSE(AppSecrets::create(SecretBytes{}, std::nullopt).ok());
  EXPECT_FALSE(AppSecrets::create(secret("a"), SecretBytes{}).ok());
  EXPECT_TRUE(AppSecrets::create(secret("a"), secret("b")).ok());
}

TEST(VerifyWebhook, YieldsTheSignedBytes) {
  const auto result = verified(kBody, {signature(kBody)});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().body(), kBody);
}

// The example of GitHub's manual, "Validating webhook deliveries", which uses the same header.
TEST(VerifyWebhook, AcceptsThePublishedExampleOfTheScheme) {
  EXPECT_TRUE(verified("Hello, World!",
                       {"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
                       app_secrets("It's a Secret to Everybody"))
                  .ok());
}

// The platform escapes slashes, at signs and non-ASCII; the signature is over the escaped text.
TEST(VerifyWebhook, VerifiesTheEscapedBytesAndNotWhatTheyMean) {
  constexpr std::string_view kEscaped =
      R"({"url":"https:\/\/a.example\/","mail":"a\u0040b.example","text":"\u00e4\u003C\u0025"})";
  constexpr std::string_view kPlain =
      R"({"url":"https://a.example/","mail":"a@b.example","text":"ä<%"})";
  EXPECT_TRUE(verified(kEscaped, {signature(kEscaped)}).ok());
  EXPECT_TRUE(verified(kPlain, {signature(kPlain)}).ok());
  expect_refused(verified(kPlain, {signature(kEscaped)}));
  expect_refused(verified(kEscaped, {signature(kPlain)}));
}

TEST(VerifyWebhook, VerifiesAnEmptyBodyAndOneThatIsNotText) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(verified("", {signature("")}).ok());
  EXPECT_TRUE(verified("\0\xff\0"sv, {signature("\0\xff\0"sv)}).ok());
}

TEST(VerifyWebhook, RefusesBodyChangedAfterSigning) {
  for (std::size_t i = 0; i < kBody.size(); ++i) {
    std::string changed{kBody};
    changed[i] = static_cast<char>(changed[i] ^ 1);
    expect_refused(verified(changed, {signature(kBody)}));
  }
}

TEST(VerifyWebhook, RefusesBodyOfAnotherLength) {
  expect_refused(verified(kBody.substr(1), {signature(kBody)}));
  expect_refused(verified(kBody.substr(0, kBody.size() - 1), {signature(kBody)}));
  expect_refused(verified(std::string{kBody} + "\n", {signature(kBody)}));
  expect_refused(verified("", {signature(kBody)}));
}

TEST(VerifyWebhook, RefusesEveryChangedBitOfTheSignature) {
  for (std::size_t i = 0; i < signature(kBody).size(); ++i) {
    for (const int bit : {1, 2, 4, 8, 16, 32, 64, 128}) {
      std::string header = signature(kBody);
      header[i] = static_cast<char>(header[i] ^ bit);
      expect_refused(verified(kBody, {header}));
    }
  }
}

TEST(VerifyWebhook, RefusesEveryTruncationOfTheSignature) {
  const std::string header = signature(kBody);
  for (std::size_t length = 0; length < header.size(); ++length) {
    expect_refused(verified(kBody, {header.substr(0, length)}));
  }
}

TEST(VerifyWebhook, RefusesASignatureInAnotherSpelling) {
  const std::string digits = signature(kBody).substr(7);
  std::string upper = digits;
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  ASSERT_NE(upper, digits);
  for (const std::string& header :
       {"sha256=" + upper, "SHA256=" + digits, "sha1=" + digits, digits, "sha256=" + digits + " ",
        " sha256=" + digits, "sha256= " + digits, "sha256=" + digits + digits, "sha256:" + digits,
        "sha256=" + digits + ",sha256=" + digits, "sha256=" + digits + "00"}) {
    expect_refused(verified(kBody, {header}));
  }
}

TEST(VerifyWebhook, RefusesAMissingSignatureHeader) {
  expect_refused(verified(kBody, {}));
}

TEST(VerifyWebhook, RefusesTwoSignatureHeaders) {
  const std::string right = signature(kBody);
  expect_refused(verified(kBody, {right, right}));
  expect_refused(verified(kBody, {right, "sha256=00"}));
  expect_refused(verified(kBody, {"", right}));
}

TEST(VerifyWebhook, AcceptsEitherSecretWhileOneReplacesTheOther) {
  const AppSecrets secrets = AppSecrets::create(secret("new"), secret("old")).value();
  EXPECT_TRUE(verified(kBody, {signature(kBody, "new")}, secrets).ok());
  EXPECT_TRUE(verified(kBody, {signature(kBody, "old")}, secrets).ok());
  expect_refused(verified(kBody, {signature(kBody, "other")}, secrets));
}

TEST(VerifyWebhook, RefusesTheOldSecretAfterTheChange) {
  expect_refused(verified(kBody, {signature(kBody, "old")}, app_secrets("new")));
}

}  // namespace
}  // namespace leadkeep::intake
