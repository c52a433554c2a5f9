#include <leadkeep/ldap/generalized_time.h>

#include <gtest/gtest.h>

namespace leadkeep::ldap {
namespace {

std::int64_t seconds(std::string_view text) {
  const auto time = parse_generalized_time(text);
  return time ? time->ms / 1'000 : -1;
}

TEST(ParseGeneralizedTime, ReadsEveryFormOfTheRfc) {
  EXPECT_EQ(seconds("19700101000000Z"), 0);
  EXPECT_EQ(seconds("20260528202640Z"), 1'780'000'000);
  EXPECT_EQ(seconds("20260528202640.5Z"), 1'780'000'000);
  EXPECT_EQ(seconds("20260528202640,25Z"), 1'780'000'000);
  EXPECT_EQ(seconds("202605282026Z"), 1'780'000'000 - 40);
  EXPECT_EQ(seconds("2026052820Z"), 1'780'000'000 - 26 * 60 - 40);
  EXPECT_EQ(seconds("20260528222640+0200"), 1'780'000'000);
  EXPECT_EQ(seconds("20260528182640-02"), 1'780'000'000);
  EXPECT_EQ(seconds("20240229120000Z"), 1'709'208'000);
  EXPECT_LT(parse_generalized_time("000001010000Z")->ms, 0);
  EXPECT_GT(seconds("99991231235959Z"), 253'402'300'000);
}

TEST(ParseGeneralizedTime, ReadsNothingElse) {
  for (const std::string_view text :
       {"", "Z", "2026", "20260528", "20260528202640", "20260528202640z", "20260528202640Z ",
        "20261328202640Z", "20260532202640Z", "20250229120000Z", "20260528242640Z",
        "20260528206040Z", "20260528202661Z", "20260528202640.Z", "20260528202640+25",
        "20260528202640+0", "2026052820264Z", "-0260528202640Z", "20260528 02640Z"}) {
    EXPECT_FALSE(parse_generalized_time(text)) << text;
  }
}

}  // namespace
}  // namespace leadkeep::ldap
