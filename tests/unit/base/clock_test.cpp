#include "fakes/fake_clock.h"

#include <leadkeep/base/clock.h>

#include <chrono>
#include <limits>

#include <gtest/gtest.h>

namespace leadkeep {

TEST(ToRfc3339, WritesUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339({0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339({1}), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(to_rfc3339({951'782'399'999}), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339({951'782'400'000}), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339({1'795'535'478'042}), "2026-11-24T15:51:18.042Z");
  EXPECT_EQ(to_rfc3339({253'402'300'799'999}), "9999-12-31T23:59:59.999Z");
}

TEST(ToRfc3339, WritesTimesBefore1970) {
  EXPECT_EQ(to_rfc3339({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339({-1'000}), "1969-12-31T23:59:59.000Z");
}

TEST(ToRfc3339, WritesATimeThatTheFormatCannotSayAsTheNearestItCan) {
  constexpr auto kFar = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(to_rfc3339({253'402'300'800'000}), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339({kFar}), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339({-62'167'219'200'001}), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339({-kFar - 1}), "0000-01-01T00:00:00.000Z");
}

TEST(ParseRfc3339, ReadsWhatIsWritten) {
  for (const std::int64_t ms : {0LL, 1LL, -1LL, 951'782'400'000LL, 1'795'535'478'042LL}) {
    EXPECT_EQ(parse_rfc3339(to_rfc3339({ms})), Timestamp{ms}) << ms;
  }
  EXPECT_EQ(parse_rfc3339("2000-02-29T00:00:00Z"), Timestamp{951'782'400'000});
}

TEST(ParseRfc3339, ReadsNoOtherForm) {
  for (const char* text : {"", "2026-11-24", "2026-11-24T15:51:18", "2026-11-24T15:51:18+01:00",
                           "2026-11-24 15:51:18Z", "2026-11-24T15:51:18.1Z",
                           "2026-11-24T15:51:18Z ", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
                           "2026-00-10T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T15:60:00Z",
                           "2026-11-24T15:51:60Z", "+026-11-24T15:51:18Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Timestamp, EndsAtTheFirstAndTheLastMillisecond) {
  using std::chrono::milliseconds;
  constexpr Timestamp kLast{std::numeric_limits<std::int64_t>::max()};
  constexpr Timestamp kFirst{std::numeric_limits<std::int64_t>::min()};
  EXPECT_EQ(kLast + milliseconds{1}, kLast);
  EXPECT_EQ(kFirst + milliseconds{-1}, kFirst);
  EXPECT_EQ(kFirst - milliseconds{1}, kFirst);
  EXPECT_EQ(kLast - milliseconds{-1}, kLast);
  EXPECT_EQ(kLast - kFirst, milliseconds{kLast.ms});
  EXPECT_EQ(kFirst - kLast, milliseconds{kFirst.ms});
}

TEST(Timestamp, AddsSubtractsAndCompares) {
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  const Timestamp start{1'000};
  EXPECT_EQ((start + minutes{1}).ms, 61'000);
  EXPECT_EQ((start - milliseconds{1}).ms, 999);
  EXPECT_EQ((start + minutes{1}) - start, minutes{1});
  EXPECT_LT(start, start + milliseconds{1});
}

TEST(WindowHasPassed, EndsAWindowAfterItsLengthInEitherDirection) {
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  const Timestamp start{1'780'000'000'000};
  EXPECT_FALSE(window_has_passed(start, minutes{1}, start));
  EXPECT_FALSE(window_has_passed(start, minutes{1}, start + milliseconds{59'999}));
  EXPECT_FALSE(window_has_passed(start, minutes{1}, start - milliseconds{59'999}));
  EXPECT_TRUE(window_has_passed(start, minutes{1}, start + minutes{1}));
  EXPECT_TRUE(window_has_passed(start, minutes{1}, start - minutes{1}));
  EXPECT_TRUE(window_has_passed(Timestamp{}, minutes{1}, start)) << "never begun";
}

TEST(SystemClock, IsAfterThisTestWasWritten) {
  EXPECT_GT(SystemClock{}.now(), Timestamp{1'700'000'000'000});
}

TEST(FakeClock, StandsStillUntilItIsMoved) {
  test::FakeClock clock;
  EXPECT_EQ(to_rfc3339(clock.now()), "2026-01-15T12:00:00.000Z");
  clock.advance(std::chrono::seconds{90});
  EXPECT_EQ(to_rfc3339(clock.now()), "2026-01-15T12:01:30.000Z");
  clock.set({5});
  EXPECT_EQ(clock.now(), Timestamp{5});
}

}  // namespace leadkeep
