#include <leadkeep/crypto/fresh_token.h>

#include <gtest/gtest.h>

namespace leadkeep::crypto {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow{1'764'000'000'000};

TEST(FreshToken, SaysWhenItWasMadeAsLongAsItLives) {
  const FreshTokens tokens;
  const Bytes token = tokens.issue(as_bytes("a use"), kNow);
  EXPECT_EQ(tokens.issued_at(as_bytes("a use"), token, 5min, kNow), kNow);
  EXPECT_EQ(tokens.issued_at(as_bytes("a use"), token, 5min, kNow + 5min - 1ms), kNow);
  EXPECT_FALSE(tokens.issued_at(as_bytes("a use"), token, 5min, kNow + 5min));
  EXPECT_FALSE(tokens.issued_at(as_bytes("a use"), token, 5min, kNow - 1ms));
}

TEST(FreshToken, IsNoneForAnotherPurposeOrOfAnotherProcess) {
  const FreshTokens tokens;
  const Bytes token = tokens.issue(as_bytes("a use"), kNow);
  for (const std::string_view purpose : {"", "a us", "a use ", "A use"}) {
    EXPECT_FALSE(tokens.issued_at(as_bytes(purpose), token, 5min, kNow));
  }
  EXPECT_FALSE(FreshTokens{}.issued_at(as_bytes("a use"), token, 5min, kNow));
}

TEST(FreshToken, IsNoneWithAnyBitChangedCutOrAdded) {
  const FreshTokens tokens;
  const Bytes token = tokens.issue(as_bytes("a use"), kNow);
  for (std::size_t bit = 0; bit < token.size() * 8; ++bit) {
    Bytes other = token;
    other[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(tokens.issued_at(as_bytes("a use"), other, 5min, kNow)) << bit;
  }
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(tokens.issued_at(as_bytes("a use"), ByteView{token}.first(size), 5min, kNow));
  }
  Bytes longer = token;
  longer.push_back({});
  EXPECT_FALSE(tokens.issued_at(as_bytes("a use"), longer, 5min, kNow));
}

TEST(FreshToken, ComesOnceEvenInOneMillisecond) {
  const FreshTokens tokens;
  EXPECT_NE(tokens.issue({}, kNow), tokens.issue({}, kNow));
}

}  // namespace
}  // namespace leadkeep::crypto
