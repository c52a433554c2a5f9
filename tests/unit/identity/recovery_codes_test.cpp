#include <leadkeep/identity/recovery_codes.h>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace leadkeep::identity::recovery {
namespace {

TEST(RecoveryCodes, AreTenDifferentOnesInGroupsOfSix) {
  std::set<std::string> seen;
  for (const SecretBytes& code : new_codes()) {
    const std::string text{as_text(code.expose())};
    ASSERT_EQ(text.size(), 27U);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_base32 =
          (text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '2' && text[i] <= '7');
      EXPECT_EQ(text[i] == '-', i % 7 == 6) << text;
      EXPECT_TRUE(is_base32 || text[i] == '-') << text;
    }
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), kCodes);
}

TEST(RecoveryCodes, HashAlikeHoweverTheyAreTypedAndApartIfOneLetterDiffers) {
  const auto hash_of = [](std::string_view text) {
    return hash(SecretBytes::copy_of(as_bytes(text)));
  };
  const auto expected = hash_of("ABCDEF-GHIJKL-MNOPQR-STUVWX");
  EXPECT_EQ(hash_of("abcdef ghijkl mnopqr stuvwx"), expected);
  EXPECT_EQ(hash_of(" ABCDEFGHIJKLMNOPQRSTUVWX-"), expected);
  EXPECT_NE(hash_of("ABCDEF-GHIJKL-MNOPQR-STUVWY"), expected);
  EXPECT_NE(hash_of("ABCDEF-GHIJKL-MNOPQR-STUVW"), expected);
}

}  // namespace
}  // namespace leadkeep::identity::recovery
