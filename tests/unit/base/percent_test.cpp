#include <leadkeep/base/percent.h>

#include <gtest/gtest.h>

namespace leadkeep {
namespace {

TEST(Percent, EncodesAllButWhatIsUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode(" +/ä%"), "%20%2B%2F%C3%A4%25");
  EXPECT_EQ(percent_encode(std::string_view{"\0", 1}), "%00");
}

TEST(Percent, DecodesWhatItEncodes) {
  std::string every;
  for (int octet = 0; octet < 256; ++octet) {
    every += static_cast<char>(octet);
  }
  EXPECT_EQ(percent_decode(percent_encode(every)), every);
  EXPECT_EQ(percent_decode("%c3%A4+"), "ä+");
  EXPECT_EQ(form_decode("a+b%2B"), "a b+");
}

TEST(Percent, RefusesWhatIsCutOffOrNotHexadecimal) {
  for (const std::string_view text : {"%", "a%2", "%g0", "%0g", "%%20", "% 0"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
    EXPECT_EQ(form_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace leadkeep
