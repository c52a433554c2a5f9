#include <leadkeep/base/text.h>

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep {

TEST(IsValidUtf8, AcceptsTheBoundariesOfEachLength) {
  const std::vector<std::string> valid = {
      "",                  // nothing
      std::string(1, 0),   // U+0000
      "\x7f",              // U+007F
      "\xc2\x80",          // U+0080
      "\xdf\xbf",          // U+07FF
      "\xe0\xa0\x80",      // U+0800
      "\xed\x9f\xbf",      // U+D7FF, the last before the surrogates
      "\xee\x80\x80",      // U+E000, the first after them
      "\xef\xbf\xbf",      // U+FFFF
      "\xf0\x90\x80\x80",  // U+10000
      "\xf4\x8f\xbf\xbf",  // U+10FFFF
      "Grüße, 世界 👋",
  };
  for (const std::string& text : valid) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
  }
}

TEST(IsValidUtf8, RefusesWhatRfc3629Forbids) {
  const std::vector<std::string> invalid = {
      "\x80",                  // a continuation on its own
      "\xbf",                  //
      "\xc0\x80",              // overlong U+0000
      "\xc1\xbf",              // overlong U+007F
      "\xe0\x80\x80",          // overlong
      "\xe0\x9f\xbf",          // overlong U+07FF
      "\xf0\x80\x80\x80",      // overlong
      "\xf0\x8f\xbf\xbf",      // overlong U+FFFF
      "\xed\xa0\x80",          // U+D800
      "\xed\xbf\xbf",          // U+DFFF
      "\xf4\x90\x80\x80",      // U+110000
      "\xf5\x80\x80\x80",      //
      "\xf8\x88\x80\x80\x80",  // five bytes
      "\xfe",                  //
      "\xff",                  //
      "\xc2",                  // cut off
      "\xe2\x82",              //
      "\xf0\x9f\x91",          //
      "\xc2"
      "a",  // no continuation
      "\xe2\x82"
      "a",       //
      "ok\xc3",  // cut off at the end
      "\xff"
      "ok",
  };
  for (std::size_t i = 0; i < invalid.size(); ++i) {
    EXPECT_FALSE(is_valid_utf8(invalid[i])) << "line " << i;
  }
}

TEST(Trim, TakesAsciiSpaceOffBothEnds) {
  EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim("\xc2\xa0x"), "\xc2\xa0x");
}

TEST(ToLowerAscii, ChangesAsciiLettersOnly) {
  EXPECT_EQ(to_lower_ascii("AZ@[az09\xc3\x84"), "az@[az09\xc3\x84");
}

TEST(IsAlphanumeric, AcceptsAsciiLettersAndDigitsOnly) {
  for (const char c : std::string_view{"09azAZ"}) {
    EXPECT_TRUE(is_alphanumeric(c)) << c;
  }
  for (const char c : std::string_view{"/:@[`{ _-\xc3\xa4\0", 12}) {
    EXPECT_FALSE(is_alphanumeric(c)) << static_cast<int>(c);
  }
}

TEST(IsAllDigits, AcceptsAsciiDigitsOnly) {
  EXPECT_TRUE(is_all_digits("0123456789"));
  for (const std::string_view text : {"", "1 ", "+1", "-1", "1a", "\xd9\xa1"}) {
    EXPECT_FALSE(is_all_digits(text)) << text;
  }
}

TEST(ParseUnsigned, ReadsUpToTheLargestNumber) {
  EXPECT_EQ(parse_unsigned("0"), 0u);
  EXPECT_EQ(parse_unsigned("007"), 7u);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
}

TEST(ParseUnsigned, RefusesSignsSpaceAndOverflow) {
  for (const std::string_view text :
       {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "18446744073709551616", "99999999999999999999"}) {
    EXPECT_FALSE(parse_unsigned(text).has_value()) << text;
  }
}

TEST(CountCodePoints, CountsCharactersAndNotBytes) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("abc"), 3u);
  EXPECT_EQ(count_code_points("äß世👋"), 4u);
}

}  // namespace leadkeep
