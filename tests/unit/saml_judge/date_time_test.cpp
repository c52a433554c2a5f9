#include "date_time.h"

#include <gtest/gtest.h>

namespace leadkeep::saml_judge {
namespace {

TEST(DateTime, ReadsUtcWithAndWithoutAFraction) {
  EXPECT_EQ(parse_date_time("1970-01-01T00:00:00Z"), Timestamp{0});
  EXPECT_EQ(parse_date_time("2026-11-24T15:51:18Z"), Timestamp{1'795'535'478'000});
  EXPECT_EQ(parse_date_time("2026-11-24T15:51:18.042Z"), Timestamp{1'795'535'478'042});
  EXPECT_EQ(parse_date_time("2026-11-24T15:51:18.5Z"), Timestamp{1'795'535'478'500});
  EXPECT_EQ(parse_date_time("2026-11-24T15:51:18.123456789Z"), Timestamp{1'795'535'478'123});
  EXPECT_EQ(parse_date_time("2024-02-29T23:59:59Z"), Timestamp{1'709'251'199'000});
}

TEST(DateTime, RefusesWhatIsNotUtcOrNoTime) {
  for (const std::string_view text : {"",
                                      "Z",
                                      "2026-11-24",
                                      "2026-11-24T15:51:18",
                                      "2026-11-24T15:51:18+00:00",
                                      "2026-11-24T15:51:18z",
                                      "2026-11-24 15:51:18Z",
                                      "2026-11-24T15:51:18.Z",
                                      "2026-11-24T15:51:18.1234567890Z",
                                      "2026-11-24T15:51:18,5Z",
                                      "2026-11-24T24:00:00Z",
                                      "2026-11-24T15:60:00Z",
                                      "2026-11-24T15:51:60Z",
                                      "2026-02-29T00:00:00Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-01-00T00:00:00Z",
                                      "-2026-11-24T15:51:18Z",
                                      "02026-11-24T15:51:18Z",
                                      "2026-11-24T15:51:18Z ",
                                      " 2026-11-24T15:51:18Z",
                                      "2026-11-24T15:51:18.0 Z",
                                      "2026-1-24T15:51:18.00Z"}) {
    EXPECT_FALSE(parse_date_time(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace leadkeep::saml_judge
