#include <leadkeep/identity/login_throttle.h>

#include <gtest/gtest.h>

namespace leadkeep::identity {
namespace {

constexpr Timestamp kNow{1'780'000'000'000};

TEST(LoginThrottle, CountsAPersonUnderEveryName) {
  LoginThrottle throttle{100, 2};
  EXPECT_TRUE(throttle.admit_person("p", kNow).ok());
  EXPECT_TRUE(throttle.admit_person("p", kNow).ok());
  const auto third = throttle.admit_person("p", kNow);
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, Errc::kTooManyRequests);
  EXPECT_TRUE(throttle.admit_person("q", kNow).ok());
  EXPECT_TRUE(throttle.admit_person("p", kNow + std::chrono::minutes{15}).ok());
}

TEST(LoginThrottle, ForgetsThePersonWhoSucceeded) {
  LoginThrottle throttle{100, 2};
  EXPECT_TRUE(throttle.admit_person("p", kNow).ok());
  EXPECT_TRUE(throttle.admit_person("p", kNow).ok());
  throttle.person_succeeded("p");
  EXPECT_TRUE(throttle.admit_person("p", kNow).ok());
}

TEST(LoginThrottle, DoesNotCountWhatWasNotDecided) {
  LoginThrottle throttle{2, 2};
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(throttle.admit("anna", "10.0.0.1", kNow).ok()) << i;
    EXPECT_TRUE(throttle.admit_person("p", kNow).ok()) << i;
    throttle.undecided("anna", "10.0.0.1");
    throttle.person_undecided("p");
  }
}

TEST(LoginThrottle, CountsOnWhereAnAttemptReadTheClockBeforeTheWindowBegan) {
  LoginThrottle throttle{2, 2};
  EXPECT_TRUE(throttle.admit("anna", "10.0.0.1", kNow).ok());
  EXPECT_TRUE(throttle.admit("anna", "10.0.0.2", kNow - std::chrono::milliseconds{5}).ok());
  const auto third = throttle.admit("anna", "10.0.0.3", kNow - std::chrono::milliseconds{10});
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, Errc::kTooManyRequests);
}

TEST(LoginThrottle, LocksNobodyOutForLongWhereTheClockWasSetBack) {
  LoginThrottle throttle{1, 1};
  EXPECT_TRUE(throttle.admit("anna", "10.0.0.1", kNow).ok());
  EXPECT_FALSE(throttle.admit("anna", "10.0.0.2", kNow - std::chrono::minutes{14}).ok());
  EXPECT_TRUE(throttle.admit("anna", "10.0.0.2", kNow - std::chrono::minutes{15}).ok());
}

}  // namespace
}  // namespace leadkeep::identity
