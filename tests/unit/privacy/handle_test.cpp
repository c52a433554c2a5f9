#include <leadkeep/base/bytes.h>
#include <leadkeep/privacy/handle.h>

#include <array>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace leadkeep::privacy {
namespace {

std::string handle_of(std::uint64_t bits) {
  Bytes bytes;
  append_be(bytes, bits);
  return make_handle(std::span<const std::byte, 8>{bytes});
}

struct Parts {
  std::string first;
  std::string second;
  int number = 0;
};

Parts parts_of(const std::string& handle) {
  Parts parts;
  std::istringstream{handle} >> parts.first >> parts.second >> parts.number;
  return parts;
}

TEST(MakeHandle, IsPure) {
  EXPECT_EQ(handle_of(0x0123456789abcdef), handle_of(0x0123456789abcdef));
  EXPECT_NE(handle_of(1), handle_of(2));
}

TEST(MakeHandle, HasTwoCapitalisedWordsAndFourDigits) {
  std::mt19937_64 random{1};
  for (int i = 0; i < 2000; ++i) {
    const std::string handle = handle_of(random());
    const Parts parts = parts_of(handle);
    EXPECT_EQ(parts.first + " " + parts.second + " " + std::to_string(parts.number), handle);
    EXPECT_GE(parts.number, 1000);
    EXPECT_LE(parts.number, 9999);
    for (const std::string& word : {parts.first, parts.second}) {
      EXPECT_EQ(word.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 0U) << word;
      EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz", 1), std::string::npos);
      EXPECT_LE(word.size(), 12U) << word;
    }
  }
}

TEST(MakeHandle, UsesEveryWordAboutEquallyOften) {
  constexpr int kDraws = 100'000;
  std::mt19937_64 random{2};
  std::map<std::string, int> first;
  std::map<std::string, int> second;
  for (int i = 0; i < kDraws; ++i) {
    const Parts parts = parts_of(handle_of(random()));
    ++first[parts.first];
    ++second[parts.second];
  }
  for (const auto& counts : {first, second}) {
    EXPECT_GE(counts.size(), 128U);
    const double expected = kDraws / static_cast<double>(counts.size());
    for (const auto& [word, count] : counts) {
      EXPECT_GT(count, expected * 0.7) << word;
      EXPECT_LT(count, expected * 1.3) << word;
    }
  }
  for (const auto& [word, count] : first) {
    EXPECT_FALSE(second.contains(word)) << word;
  }
}

TEST(MakeHandle, IsDefinedForTheExtremes) {
  EXPECT_EQ(parts_of(handle_of(0)).number, 1000);
  EXPECT_FALSE(handle_of(~std::uint64_t{0}).empty());
}

}  // namespace
}  // namespace leadkeep::privacy
