#include <leadkeep/identity/password_rules.h>

#include <array>

#include <gtest/gtest.h>

namespace leadkeep::identity {
namespace {

class PasswordRulesOf : public ::testing::Test {
 protected:
  [[nodiscard]] bool takes(std::string_view password) const {
    const auto checked = rules.check(SecretBytes::copy_of(as_bytes(password)), names);
    EXPECT_TRUE(checked || checked.error().code == Errc::kPasswordTooEasy);
    return checked.ok();
  }

  PasswordRules rules{{"leadkeep", "Musterbank"}};
  std::array<std::string, 2> names{"anna.hirschfeld", "Anna Hirschfeld-Ott"};
};

TEST_F(PasswordRulesOf, TakeFifteenToTwoHundredAndFiftySixBytes) {
  EXPECT_FALSE(takes("kvjqzxpwmtrbfg"));
  EXPECT_TRUE(takes("kvjqzxpwmtrbfgh"));
  std::string longest;
  while (longest.size() < 256) {
    longest += static_cast<char>('a' + (longest.size() * 7 + longest.size() / 5) % 26);
  }
  EXPECT_TRUE(takes(longest));
  EXPECT_FALSE(takes(longest + "a"));
  EXPECT_FALSE(takes(""));
}

TEST_F(PasswordRulesOf, RefuseWhatLeakedFromOthers) {
  for (const char* password :
       {"passwordpassword", "password1234567", "letmeinletmeinletmein", "iloveyouiloveyou",
        "trustno1trustno1", "sunshinesunshine2024", "footballfootball1", "1q2w3e4r5t6y7u8i",
        "P@ssw0rdP@ssw0rd", "DRAGONdragonDRAGON", "Welcome2Company2024"}) {
    EXPECT_FALSE(takes(password)) << password;
  }
}

TEST_F(PasswordRulesOf, RefuseRowsOfKeysRepetitionsAndDates) {
  for (const char* password :
       {"qwertyuiopasdfgh", "abcdefghijklmnop", "123456789012345", "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc", "michaeljordan1984", "00000000000000000000000000000000"}) {
    EXPECT_FALSE(takes(password)) << password;
  }
}

TEST_F(PasswordRulesOf, RefuseTheWordsThatLieNear) {
  for (const char* password : {"leadkeepleadkeep", "LeadkeepLeadkeep1", "musterbank hirschfeld",
                               "annahirschfeld2026", "hirschfeldhirschfeld", "Musterbank2026!!!"}) {
    EXPECT_FALSE(takes(password)) << password;
  }
  const PasswordRules without{};
  const auto elsewhere = without.check(SecretBytes::copy_of(as_bytes("musterbank hirschfeld")), {});
  EXPECT_TRUE(elsewhere) << "which nobody there tries first";
}

TEST_F(PasswordRulesOf, AskForNoCapitalsDigitsOrMarks) {
  EXPECT_TRUE(takes("correct horse battery"));
  EXPECT_TRUE(takes("drei blaue elefanten"));
  EXPECT_TRUE(takes("пароль никто не знает"));
}

TEST_F(PasswordRulesOf, RefuseAZeroByte) {
  EXPECT_TRUE(takes("kvjqzxpwmtrbfgh-abc"));
  EXPECT_FALSE(takes(std::string_view{"kvjqzxpwmtrbfgh\0abc", 19}));
}

TEST_F(PasswordRulesOf, KnowWordsWithDigitsAndMarks) {
  const PasswordRules strict{{"1&1 Drillisch7"}};
  EXPECT_TRUE(takes("1&1 drillisch7 1&1 drillisch7"));
  EXPECT_FALSE(strict.check(SecretBytes::copy_of(as_bytes("1&1 drillisch7 1&1 drillisch7")), {}));
}

}  // namespace
}  // namespace leadkeep::identity
