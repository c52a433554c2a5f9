#include "cbor.h"

#include <gtest/gtest.h>

namespace leadkeep::webauthn {
namespace {

Bytes hex(std::string_view text) {
  return from_hex(text).value();
}

TEST(CborReader, ReadsMapsTextAndBytes) {
  const Bytes input = hex("a2616143010203616260");
  CborReader reader{input};
  EXPECT_EQ(reader.map(), 2U);
  EXPECT_EQ(reader.text(), "a");
  EXPECT_EQ(to_hex(reader.bytes().value()), "010203");
  EXPECT_EQ(reader.text(), "b");
  EXPECT_EQ(reader.text(), "");
  EXPECT_TRUE(reader.is_at_end());
}

TEST(CborReader, TakesAWholeItemAsItIsEncoded) {
  for (const char* item :
       {"00", "1818", "190100", "1a00010000", "1b0000000100000000", "20", "3903e7", "40", "60",
        "80", "8201f5", "a10102", "a1616181f6", "f4", "81818100"}) {
    const Bytes input = hex(std::string{item} + "ff");
    CborReader reader{input};
    const auto taken = reader.any();
    ASSERT_TRUE(taken) << item;
    EXPECT_EQ(to_hex(*taken), item);
    EXPECT_FALSE(reader.is_at_end());
  }
}

TEST(CborReader, TakesNothingThatItDoesNotKnow) {
  for (const char* item : {"",
                           "18",
                           "19ff",
                           "1c",
                           "1f",
                           "5f41014102ff",
                           "9fff",
                           "bfff",
                           "c000",
                           "f97e00",
                           "fa47c35000",
                           "f7",
                           "f0",
                           "ff",
                           "8181818100",
                           "9b7fffffffffffffff",
                           "bb7fffffffffffffff",
                           "5b7fffffffffffffff",
                           "7affffffff",
                           "a101"}) {
    const Bytes input = hex(item);
    EXPECT_FALSE(CborReader{input}.any()) << item;
  }
}

TEST(CborReader, GivesNothingOfAnotherKind) {
  const Bytes input = hex("6161");
  EXPECT_FALSE(CborReader{input}.map());
  EXPECT_FALSE(CborReader{input}.bytes());
  EXPECT_TRUE(CborReader{input}.text());
  const Bytes number = hex("01");
  EXPECT_FALSE(CborReader{number}.text());
}

}  // namespace
}  // namespace leadkeep::webauthn
