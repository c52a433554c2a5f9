#include "provider_ends.h"

#include <gtest/gtest.h>

namespace leadkeep::daemon {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr Timestamp kEnd{1'800'000'000'000};

TEST(ProviderEnds, AreWarnedOfAtTheFirstLookWhereTheyAreNearOrOver) {
  EXPECT_FALSE(is_warning_due(kEnd, std::nullopt, kEnd - days{30} - 1ms));
  EXPECT_TRUE(is_warning_due(kEnd, std::nullopt, kEnd - days{30}));
  EXPECT_TRUE(is_warning_due(kEnd, std::nullopt, kEnd - days{5}));
  EXPECT_TRUE(is_warning_due(kEnd, std::nullopt, kEnd + days{400}));
}

TEST(ProviderEnds, AreWarnedOfFourTimesWhoeverLooksEveryHour) {
  int warnings = 0;
  Timestamp looked = kEnd - days{60};
  for (Timestamp now = looked + 1h; now <= kEnd + days{60}; now = now + 1h) {
    const bool due = is_warning_due(kEnd, looked, now);
    warnings += due ? 1 : 0;
    looked = now;
  }
  EXPECT_EQ(warnings, 4);
}

TEST(ProviderEnds, AreWarnedOfOnceWhereNobodyHasLookedForLong) {
  EXPECT_TRUE(is_warning_due(kEnd, kEnd - days{60}, kEnd + days{1}));
  EXPECT_FALSE(is_warning_due(kEnd, kEnd + days{1}, kEnd + days{2}));
  EXPECT_FALSE(is_warning_due(kEnd, kEnd - days{13}, kEnd - days{4}));
}

}  // namespace
}  // namespace leadkeep::daemon
