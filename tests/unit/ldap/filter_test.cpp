#include <leadkeep/ldap/filter.h>

#include <gtest/gtest.h>

namespace leadkeep::ldap {
namespace {

TEST(EscapeFilterValue, LeavesLettersAndDigitsOnly) {
  EXPECT_EQ(escape_filter_value("anna7Z"), "anna7Z");
  EXPECT_EQ(escape_filter_value("*"), "\\2a");
  EXPECT_EQ(escape_filter_value(")(uid=*"), "\\29\\28uid\\3d\\2a");
  EXPECT_EQ(escape_filter_value("a\\b"), "a\\5cb");
  EXPECT_EQ(escape_filter_value(std::string_view{"\0x", 2}), "\\00x");
  EXPECT_EQ(escape_filter_value("ü"), "\\c3\\bc");
  EXPECT_EQ(escape_filter_value(""), "");
}

// Whatever is in a value, no character with a meaning in RFC 4515 comes out of it.
TEST(EscapeFilterValue, LetsNoSyntaxThrough) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) {
    every += static_cast<char>(byte);
  }
  const std::string escaped = escape_filter_value(every);
  EXPECT_EQ(escaped.find_first_of(std::string_view{"()*&|!=<>~\0", 11}), std::string::npos);
}

TEST(FillFilter, PutsTheEscapedNameInEveryPlace) {
  EXPECT_EQ(fill_filter("(|(uid={user})(mail={user}))", "a*"), "(|(uid=a\\2a)(mail=a\\2a))");
  EXPECT_EQ(fill_filter("(uid={user})", "{user}"), "(uid=\\7buser\\7d)");
  EXPECT_EQ(fill_filter("(uid=fixed)", "anna"), "(uid=fixed)");
}

}  // namespace
}  // namespace leadkeep::ldap
