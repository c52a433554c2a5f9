#include <leadkeep/base/guarded.h>

#include <chrono>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep {

TEST(Guarded, PassesItsArgumentsOn) {
  const Guarded<std::string> text{std::size_t{3}, 'x'};
  EXPECT_EQ(text.with([](const std::string& t) { return t; }), "xxx");
}

TEST(Guarded, GivesAConstViewOfAConstObject) {
  const Guarded<int> number{1};
  number.with(
      [](auto& n) { static_assert(std::is_const_v<std::remove_reference_t<decltype(n)>>); });
}

TEST(Guarded, LosesNoChangeOfManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kChanges = 10'000;
  Guarded<int> number{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kChanges; ++i) {
          number.with([](int& n) { ++n; });
        }
      });
    }
  }
  EXPECT_EQ(number.with([](int n) { return n; }), kThreads * kChanges);
}

TEST(Guarded, WaitsUntilTheValueIsReady) {
  Guarded<int> number{0};
  int seen = 0;
  {
    const std::jthread waiter{[&] {
      seen = number.when([](int n) { return n == 3; }, [](int& n) { return std::exchange(n, 9); });
    }};
    for (int i = 1; i <= 3; ++i) {
      number.with([i](int& n) { n = i; });
      number.notify_all();
    }
  }
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(number.with([](int n) { return n; }), 9);
}

TEST(Guarded, DoesNotWaitForAValueThatIsReady) {
  Guarded<int> number{3};
  EXPECT_EQ(number.when([](int n) { return n == 3; }, [](int n) { return n; }), 3);
  EXPECT_EQ(number.when_or_after(
                std::chrono::hours{1}, [](int n) { return n == 3; }, [](int n) { return n; }),
            3);
}

TEST(Guarded, StopsWaitingWhenTheTimeIsUp) {
  Guarded<int> number{0};
  EXPECT_EQ(
      number.when_or_after(
          std::chrono::milliseconds{1}, [](int n) { return n == 3; }, [](int n) { return n; }),
      0);
}

}  // namespace leadkeep
