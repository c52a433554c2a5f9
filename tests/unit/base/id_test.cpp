#include <leadkeep/base/id.h>

#include <algorithm>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace leadkeep {

namespace {

static_assert(!std::is_convertible_v<LeadId, ConversationId>);
static_assert(!std::is_constructible_v<LeadId, ConversationId>);

Ulid counting_ulid() {
  Ulid ulid;
  for (std::size_t i = 0; i < ulid.size(); ++i) {
    ulid[i] = static_cast<std::byte>(i * 17);
  }
  return ulid;
}

Ulid ulid_of_number(std::uint64_t high, std::uint64_t low) {
  Bytes bytes;
  append_be(bytes, high);
  append_be(bytes, low);
  Ulid ulid;
  std::copy(bytes.begin(), bytes.end(), ulid.begin());
  return ulid;
}

}  // namespace

TEST(Crockford, WritesTheLowestAndTheHighestNumber) {
  Ulid highest;
  highest.fill(std::byte{0xff});
  EXPECT_EQ(to_crockford(Ulid{}), "00000000000000000000000000");
  EXPECT_EQ(to_crockford(highest), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(from_crockford("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), highest);
}

TEST(Crockford, CountsInBaseThirtyTwo) {
  EXPECT_EQ(to_crockford(ulid_of_number(0, 31)), "0000000000000000000000000Z");
  EXPECT_EQ(to_crockford(ulid_of_number(0, 32)), "00000000000000000000000010");
  EXPECT_EQ(to_crockford(ulid_of_number(0x8000000000000000, 0)), "40000000000000000000000000");
}

TEST(Crockford, RoundTripsEveryBit) {
  for (std::size_t bit = 0; bit < 128; ++bit) {
    Ulid ulid{};
    ulid[bit / 8] = static_cast<std::byte>(1u << (bit % 8));
    EXPECT_EQ(from_crockford(to_crockford(ulid)), ulid) << bit;
  }
}

TEST(FromCrockford, RefusesLettersThatLookLikeOthersAndLowerCase) {
  const std::string good = to_crockford(counting_ulid());
  ASSERT_TRUE(from_crockford(good).has_value());
  for (const char c : {'I', 'L', 'O', 'U', 'a', 'z', '-', ' ', '\0', '\xff'}) {
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::string text = good;
      text[at] = c;
      EXPECT_FALSE(from_crockford(text).has_value()) << c << " at " << at;
    }
  }
}

TEST(FromCrockford, RefusesMoreThanOneHundredAndTwentyEightBits) {
  for (const char c : {'8', '9', 'A', 'Z'}) {
    EXPECT_FALSE(from_crockford(c + std::string(25, '0')).has_value()) << c;
  }
  EXPECT_TRUE(from_crockford("7" + std::string(25, '0')).has_value());
}

TEST(FromCrockford, RefusesEveryOtherLength) {
  for (std::size_t length = 0; length <= 52; ++length) {
    EXPECT_EQ(from_crockford(std::string(length, '0')).has_value(), length == 26) << length;
  }
}

TEST(Id, RoundTripsItsText) {
  const LeadId id{counting_ulid()};
  EXPECT_EQ(id.text().substr(0, 5), "lead_");
  EXPECT_EQ(id.text().size(), 31u);
  EXPECT_EQ(LeadId::parse(id.text()), id);
}

TEST(IdParse, RefusesAnotherKind) {
  const std::string text = LeadId{counting_ulid()}.text();
  EXPECT_FALSE(ConversationId::parse(text).has_value());
  EXPECT_FALSE(LeadId::parse(text.substr(5)).has_value());
  EXPECT_FALSE(LeadId::parse("LEAD_" + text.substr(5)).has_value());
  EXPECT_FALSE(LeadId::parse(text + "0").has_value());
  EXPECT_FALSE(LeadId::parse("").has_value());
}

TEST(Id, RoundTripsItsBytes) {
  const LeadId id{counting_ulid()};
  EXPECT_EQ(LeadId::from_bytes(id.bytes()), id);
  EXPECT_FALSE(LeadId::from_bytes(id.bytes().first(15)).has_value());
  EXPECT_FALSE(LeadId::from_bytes({}).has_value());
}

TEST(Id, SortsByTimeAsValueAsTextAndAsBytes) {
  constexpr std::uint64_t kRandomBits = 0xffff;
  for (std::uint64_t ms = 1; ms < (std::uint64_t{1} << 47); ms *= 2) {
    const LeadId older{ulid_of_number(((ms - 1) << 16) | kRandomBits, ~std::uint64_t{0})};
    const LeadId newer{ulid_of_number(ms << 16, 0)};
    EXPECT_LT(older, newer);
    EXPECT_LT(older.text(), newer.text());
    EXPECT_LT(older.raw(), newer.raw());
  }
}

}  // namespace leadkeep
