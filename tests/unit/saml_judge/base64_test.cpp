#include "base64.h"

#include <gtest/gtest.h>

namespace leadkeep::saml_judge {
namespace {

TEST(Base64, ReadsTheVectorsOfRfc4648) {
  const auto decoded = [](std::string_view text) {
    const auto bytes = from_base64(text, Blanks::kLineEnds);
    return bytes ? std::string{as_text(*bytes)} : "refused";
  };
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("Zg=="), "f");
  EXPECT_EQ(decoded("Zm8="), "fo");
  EXPECT_EQ(decoded("Zm9v"), "foo");
  EXPECT_EQ(decoded("Zm9vYg=="), "foob");
  EXPECT_EQ(decoded("Zm9v\r\nYmFy\n"), "foobar");
  EXPECT_EQ(decoded("+/+/"), "\xfb\xff\xbf");
}

TEST(Base64, RefusesPaddingBlanksAndAlphabetsThatAreNotAsTheyShould) {
  for (const std::string_view text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=Zg=",
                                      "Zm8=Zm8=", "Zm 9v", "Zm9v ", "Zm\t9v", "-_-_", "Zm9v!"}) {
    EXPECT_FALSE(from_base64(text, Blanks::kLineEnds).has_value()) << text;
  }
  EXPECT_TRUE(from_base64(" Zm9v\tYmFy \n", Blanks::kAnywhere).has_value());
}

}  // namespace
}  // namespace leadkeep::saml_judge
