#include <leadkeep/base/result.h>

#include <memory>
#include <set>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace leadkeep {

namespace {

static_assert(!std::is_default_constructible_v<Result<int>>);
static_assert(std::is_default_constructible_v<Result<void>>);
static_assert(!std::is_convertible_v<Result<int>, bool>, "only an explicit test of success");

Result<int> half(int number) {
  if (number % 2 != 0) {
    return fail(Errc::kInvalidInput, "odd");
  }
  return number / 2;
}

Result<int> quarter(int number) {
  LK_TRY(const int once, half(number));
  LK_TRY(const int twice, half(once));
  return twice;
}

Result<void> check_both(int first, int second, int& calls) {
  LK_TRY_VOID(half(first));
  ++calls;
  LK_TRY_VOID(half(second));
  ++calls;
  return {};
}

Result<std::unique_ptr<int>> make_pointer(int number) {
  LK_TRY(auto pointer, Result<std::unique_ptr<int>>{std::make_unique<int>(number)});
  return pointer;
}

}  // namespace

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_TRUE(half(4).ok());
  EXPECT_EQ(half(4).value(), 2);
  EXPECT_FALSE(half(3));
  EXPECT_EQ(half(3).error().code, Errc::kInvalidInput);
  EXPECT_EQ(half(3).error().detail, "odd");
}

TEST(Result, OfVoidIsOkUnlessItFails) {
  EXPECT_TRUE(Result<void>{}.ok());
  const Result<void> failed = fail(Errc::kNotFound, "x");
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, Errc::kNotFound);
}

TEST(Result, KeepsAnErrorApartFromAValueOfTypeError) {
  const Result<Error> value = Error{Errc::kCorrupt, "a value"};
  EXPECT_TRUE(value.ok());
  const Result<Error> failure = fail(Errc::kCorrupt, "a failure");
  EXPECT_FALSE(failure.ok());
}

TEST(Result, StopsTheProcessWhenTheWrongSideIsRead) {
  EXPECT_DEATH((void)half(3).value(), "CHECK_FAILED");
  EXPECT_DEATH((void)half(4).error(), "CHECK_FAILED");
}

TEST(LkTry, DeclaresTheValueOrReturnsTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().detail, "odd");
  EXPECT_EQ(quarter(7).error().detail, "odd");
}

TEST(LkTry, MovesWhatCannotBeCopied) {
  EXPECT_EQ(*make_pointer(5).value(), 5);
}

TEST(LkTryVoid, StopsAtTheFirstError) {
  int calls = 0;
  EXPECT_FALSE(check_both(1, 2, calls));
  EXPECT_EQ(calls, 0);
  EXPECT_FALSE(check_both(2, 1, calls));
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(check_both(2, 2, calls));
  EXPECT_EQ(calls, 3);
}

TEST(NameOf, IsAnotherNameForEachCode) {
  std::set<std::string_view> names;
  constexpr int kCodes = static_cast<int>(Errc::kInternal) + 1;
  for (int code = 0; code < kCodes; ++code) {
    names.insert(name_of(static_cast<Errc>(code)));
  }
  EXPECT_EQ(names.size(), std::size_t{kCodes});
}

}  // namespace leadkeep
