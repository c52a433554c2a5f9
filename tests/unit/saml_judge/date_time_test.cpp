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

TEST(Duration, ReadsWhatXmlSchemaAllows) {
  using namespace std::chrono;
  using namespace std::chrono_literals;
  EXPECT_EQ(parse_duration("PT6H"), 6h);
  EXPECT_EQ(parse_duration("P1DT2H3M4S"), 24h + 2h + 3min + 4s);
  EXPECT_EQ(parse_duration("PT604800.000S"), 604'800s);
  EXPECT_EQ(parse_duration("P1Y"), days{365});
  EXPECT_EQ(parse_duration("P1MT1M"), days{28} + 1min);
  EXPECT_EQ(parse_duration("P0D"), 0s);
  EXPECT_EQ(parse_duration("PT6H0M0.000000S"), 6h);
  EXPECT_EQ(parse_duration("P999999999Y"), days{365} * 999'999'999);
}

TEST(Duration, RefusesWhatIsNone) {
  for (const std::string_view text : {"",       "P",
                                      "PT",     "P1DT",
                                      "T1H",    "1D",
                                      "-P1D",   "P-1D",
                                      "P1",     "PD",
                                      "P1H",    "PT1D",
                                      "PT1S1M", "P1D1D",
                                      "PT1TH",  "P1D ",
                                      "PT1.5H", "PT1.S",
                                      "PT.5S",  "P1234567890D",
                                      "PT1,5S", "PT1.1234567890S"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace leadkeep::saml_judge
