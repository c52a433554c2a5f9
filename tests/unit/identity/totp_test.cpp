#include <leadkeep/crypto/random.h>
#include <leadkeep/identity/totp.h>

#include <set>

#include <gtest/gtest.h>

namespace leadkeep::identity::totp {
namespace {

using namespace std::chrono_literals;

// The secret of the vectors of RFC 6238 appendix B for SHA-1.
SecretBytes published_secret() {
  return SecretBytes::copy_of(as_bytes("12345678901234567890"));
}

constexpr Timestamp kNow{1'780'000'000'000};
constexpr std::uint64_t kNever = 0;

TEST(Totp, MakesThePublishedCodes) {
  // Appendix B has eight digits; six are the last six of them.
  const std::pair<std::int64_t, std::string_view> vectors[] = {{59, "287082"},
                                                               {1'111'111'109, "081804"},
                                                               {1'111'111'111, "050471"},
                                                               {1'234'567'890, "005924"},
                                                               {2'000'000'000, "279037"},
                                                               {20'000'000'000, "353130"}};
  for (const auto& [seconds, code] : vectors) {
    EXPECT_EQ(code_at(published_secret(), step_at(Timestamp{seconds * 1'000})), code);
  }
}

TEST(Totp, AcceptsTheCodeOfItsStepAndOfTheOneBefore) {
  const SecretBytes secret = published_secret();
  for (const auto& [away, good] : std::initializer_list<std::pair<std::chrono::seconds, bool>>{
           {-60s, false}, {-30s, true}, {0s, true}, {30s, false}, {60s, false}}) {
    const std::uint64_t step = step_at(kNow + away);
    const auto accepted = check(secret, code_at(secret, step), kNow, kNever, Drift::kNoneOrBehind);
    EXPECT_EQ(accepted.has_value(), good) << away.count();
    EXPECT_TRUE(!accepted || accepted->step == step);
  }
}

TEST(Totp, AcceptsOneStepAheadForAnAppWhoseClockIsKnownToBe) {
  const SecretBytes secret = published_secret();
  const auto accepted =
      check(secret, code_at(secret, step_at(kNow) + 1), kNow, kNever, Drift::kAhead);
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->drift, Drift::kAhead);
  EXPECT_FALSE(check(secret, code_at(secret, step_at(kNow) + 2), kNow, kNever, Drift::kAhead));
}

TEST(Totp, AcceptsNoCodeOfAStepThatWasUsedOrIsOlder) {
  const SecretBytes secret = published_secret();
  const std::uint64_t step = step_at(kNow);
  EXPECT_TRUE(check(secret, code_at(secret, step), kNow, step - 1, Drift::kNoneOrBehind));
  EXPECT_FALSE(check(secret, code_at(secret, step), kNow, step, Drift::kNoneOrBehind));
  EXPECT_FALSE(check(secret, code_at(secret, step - 1), kNow, step, Drift::kNoneOrBehind));
}

TEST(Totp, DoesNotMindSpacesAndAcceptsNothingButSixDigits) {
  const SecretBytes secret = published_secret();
  const std::string code = code_at(secret, step_at(kNow));
  EXPECT_TRUE(check(secret, code.substr(0, 3) + " " + code.substr(3), kNow, kNever, {}));
  for (const std::string& text :
       {std::string{}, code.substr(0, 5), code + "0", "0" + code, std::string(1'000, ' ') + code,
        std::string{"abcdef"}, code + std::string(1, '\0')}) {
    EXPECT_FALSE(check(secret, text, kNow, kNever, {})) << text;
  }
}

TEST(Totp, AcceptsNoCodeOfAnotherSecret) {
  const SecretBytes mine = crypto::random_secret(kSecretBytes);
  const SecretBytes theirs = crypto::random_secret(kSecretBytes);
  const std::string code = code_at(theirs, step_at(kNow));
  const std::set<std::string> mine_now{code_at(mine, step_at(kNow)),
                                       code_at(mine, step_at(kNow) - 1)};
  EXPECT_EQ(check(mine, code, kNow, kNever, {}).has_value(), mine_now.contains(code));
}

TEST(Totp, TellsAppsIssuerAndAccountWhateverTheyAreCalled) {
  const SecretBytes uri = key_uri(published_secret(), "Bank & Söhne", "jörg:x?y");
  EXPECT_EQ(as_text(uri.expose()),
            "otpauth://totp/Bank%20%26%20S%C3%B6hne:j%C3%B6rg%3Ax%3Fy"
            "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bank%20%26%20S%C3%B6hne");
}

}  // namespace
}  // namespace leadkeep::identity::totp
