// One answer for every cause of a refused log-in; the trail has the cause.
#pragma once
#include "path_house.h"

#include <gtest/gtest.h>

namespace leadkeep::test {

inline void expect_refused(PathHouse& house, const Result<identity::OpenedSession>& opened,
                           std::string_view reason) {
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kUnauthenticated);
  EXPECT_EQ(opened.error().detail, "log-in: refused");
  const auto last = house.trail().back().entry;
  EXPECT_EQ(last.act, audit::Act::kLogIn);
  EXPECT_EQ(last.outcome, audit::Outcome::kRefused);
  EXPECT_EQ(last.reason, reason);
  // Entries without an actor are bounded by the second.
  house.store.clock().advance(std::chrono::seconds{1});
}

}  // namespace leadkeep::test
