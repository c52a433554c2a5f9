#include "store_test_support.h"

#include <leadkeep/store/sealed_record.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::store {

namespace {

const StoreId kStore = counting_bytes<16>(0xc0);
constexpr TableId kTable = TableId::kLeads;
constexpr std::string_view kRowKey = "key-1";
constexpr RecordHeader kHeader{0x0203, 0x0405, 0, 0x060708090a0b0c0d};

// Made by another implementation of XAES-256-GCM from the byte table of sealed_record.h.
constexpr std::string_view kPinned =
    "0101020304050000060708090a0b0c0d"
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7"
    "ccac5af1c7b28276890680023030ce01943dc13b9631495e5aa72e86d677aa11"
    "894b72e2eb415276bbff86c48e1209e4";

RecordPlace place() {
  return {kStore, kTable, as_bytes(kRowKey)};
}

Bytes sealed(std::string_view plaintext) {
  return seal_record(counting_key(), place(), kHeader, as_bytes(plaintext));
}

}  // namespace

TEST(SealRecord, MakesThePinnedBytes) {
  const Bytes value = seal_record_with_nonce(counting_key(), place(), kHeader, as_bytes("hello"),
                                             counting_bytes<24>(0xa0));
  EXPECT_EQ(to_hex(value), kPinned);
}

TEST(OpenRecord, ReadsThePinnedBytes) {
  const auto opened = open_record(counting_key(), place(), from_hex(kPinned).value());
  ASSERT_TRUE(is_ok(opened));
  EXPECT_EQ(as_text(opened.value().plaintext.expose()), "hello");
  EXPECT_EQ(opened.value().header.key_version, kHeader.key_version);
  EXPECT_EQ(opened.value().header.schema, kHeader.schema);
  EXPECT_EQ(opened.value().header.flags, kHeader.flags);
  EXPECT_EQ(opened.value().header.rec_seq, kHeader.rec_seq);
}

TEST(OpenRecord, RefusesEveryBitFlipOfTheValue) {
  const crypto::Key256 key = counting_key();
  const Bytes value = sealed("hello");
  for (std::size_t bit = 0; bit < value.size() * kBitsPerByte; ++bit) {
    EXPECT_TRUE(fails_with(open_record(key, place(), with_bit_flipped(value, bit)), Errc::kCorrupt))
        << "bit " << bit;
  }
}

TEST(OpenRecord, RefusesEveryTruncation) {
  const crypto::Key256 key = counting_key();
  const Bytes value = sealed("hello");
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_TRUE(fails_with(open_record(key, place(), ByteView{value}.first(size)), Errc::kCorrupt))
        << size << " bytes";
  }
}

TEST(OpenRecord, RefusesAnAppendedByte) {
  Bytes value = sealed("hello");
  value.push_back(std::byte{0});
  EXPECT_TRUE(fails_with(open_record(counting_key(), place(), value), Errc::kCorrupt));
}

TEST(OpenRecord, RefusesEveryBitFlipOfTheStoreId) {
  const crypto::Key256 key = counting_key();
  const Bytes value = sealed("hello");
  for (std::size_t bit = 0; bit < kStore.size() * kBitsPerByte; ++bit) {
    const StoreId other = with_bit_flipped(kStore, bit);
    EXPECT_TRUE(
        fails_with(open_record(key, {other, kTable, as_bytes(kRowKey)}, value), Errc::kCorrupt))
        << "bit " << bit;
  }
}

TEST(OpenRecord, RefusesEveryBitFlipOfTheTable) {
  const crypto::Key256 key = counting_key();
  const Bytes value = sealed("hello");
  for (unsigned bit = 0; bit < 16; ++bit) {
    const auto other = static_cast<TableId>(static_cast<unsigned>(kTable) ^ (1u << bit));
    EXPECT_TRUE(
        fails_with(open_record(key, {kStore, other, as_bytes(kRowKey)}, value), Errc::kCorrupt))
        << "bit " << bit;
  }
}

TEST(OpenRecord, RefusesEveryBitFlipOfTheKeyOfTheRow) {
  const crypto::Key256 key = counting_key();
  const Bytes value = sealed("hello");
  const Bytes row_key = bytes_of(kRowKey);
  for (std::size_t bit = 0; bit < row_key.size() * kBitsPerByte; ++bit) {
    const Bytes other = with_bit_flipped(row_key, bit);
    EXPECT_TRUE(fails_with(open_record(key, {kStore, kTable, other}, value), Errc::kCorrupt))
        << "bit " << bit;
  }
}

TEST(OpenRecord, RefusesALongerOrShorterKeyOfTheRow) {
  const crypto::Key256 key = counting_key();
  const Bytes value = sealed("hello");
  for (const std::string_view other : {"", "key-", "ey-1", "key-1\x01", "kkey-1"}) {
    EXPECT_TRUE(
        fails_with(open_record(key, {kStore, kTable, as_bytes(other)}, value), Errc::kCorrupt))
        << other;
  }
}

TEST(OpenRecord, RefusesAnotherDataKey) {
  EXPECT_TRUE(
      fails_with(open_record(crypto::Key256::random(), place(), sealed("x")), Errc::kCorrupt));
}

TEST(OpenRecord, RefusesUnknownFlagsThatAreGenuine) {
  const crypto::Key256 key = counting_key();
  for (unsigned bit = 1; bit < 16; ++bit) {
    RecordHeader header = kHeader;
    header.flags = static_cast<std::uint16_t>(1u << bit);
    const Bytes value = seal_record(key, place(), header, as_bytes("x"));
    EXPECT_TRUE(fails_with(open_record(key, place(), value), Errc::kCorrupt)) << "flag " << bit;
    EXPECT_TRUE(fails_with(peek_header(value), Errc::kCorrupt)) << "flag " << bit;
  }
}

TEST(OpenRecord, KeepsTheFlagOfAContinuedRecord) {
  const crypto::Key256 key = counting_key();
  RecordHeader header = kHeader;
  header.flags = kFlagContinued;
  const auto opened =
      open_record(key, place(), seal_record(key, place(), header, as_bytes("\x01\x02")));
  ASSERT_TRUE(is_ok(opened));
  EXPECT_EQ(opened.value().header.flags, kFlagContinued);
}

TEST(PeekHeader, RefusesEveryUnknownFormatAndSuite) {
  const Bytes value = sealed("hello");
  for (const std::size_t offset : {0u, 1u}) {
    for (unsigned number = 0; number < 256; ++number) {
      Bytes changed = value;
      changed[offset] = static_cast<std::byte>(number);
      EXPECT_EQ(peek_header(changed).ok(), number == 1) << offset << ": " << number;
    }
  }
}

TEST(PeekHeader, ReadsTheHeader) {
  const auto header = peek_header(from_hex(kPinned).value());
  ASSERT_TRUE(is_ok(header));
  EXPECT_EQ(header.value().key_version, kHeader.key_version);
  EXPECT_EQ(header.value().schema, kHeader.schema);
  EXPECT_EQ(header.value().rec_seq, kHeader.rec_seq);
}

TEST(SealRecord, RoundTripsEverySizeAroundAPaddingStep) {
  const crypto::Key256 key = counting_key();
  for (const std::size_t size : {0u, 1u, 27u, 28u, 29u, 59u, 60u, 61u, 507u, 508u, 509u, 1'700u}) {
    const std::string plaintext(size, 'x');
    const Bytes value = seal_record(key, place(), kHeader, as_bytes(plaintext));
    EXPECT_EQ(value.size(), kRecordOverhead + padded_size(size + 4));
    const auto opened = open_record(key, place(), value);
    ASSERT_TRUE(is_ok(opened)) << size;
    EXPECT_EQ(as_text(opened.value().plaintext.expose()), plaintext);
  }
}

TEST(SealRecord, RoundTripsThreeMegabytes) {
  const crypto::Key256 key = counting_key();
  Bytes plaintext(3'000'000);
  for (std::size_t i = 0; i < plaintext.size(); ++i) {
    plaintext[i] = static_cast<std::byte>((i * 2'654'435'761u) >> 13);
  }
  const auto opened = open_record(key, place(), seal_record(key, place(), kHeader, plaintext));
  ASSERT_TRUE(is_ok(opened));
  EXPECT_TRUE(same_bytes(opened.value().plaintext.expose(), plaintext));
}

TEST(SealRecord, TakesAnotherNonceEachTime) {
  std::set<Bytes> nonces;
  for (int i = 0; i < 1'000; ++i) {
    const Bytes value = sealed("same");
    nonces.insert(Bytes{value.begin() + 16, value.begin() + 40});
  }
  EXPECT_EQ(nonces.size(), 1'000u);
}

TEST(PaddedSize, FollowsTheTable) {
  const std::vector<std::pair<std::size_t, std::size_t>> table = {{0, 0},
                                                                  {1, 32},
                                                                  {4, 32},
                                                                  {32, 32},
                                                                  {33, 64},
                                                                  {511, 512},
                                                                  {512, 512},
                                                                  {513, 544},
                                                                  {544, 544},
                                                                  {545, 576},
                                                                  {1'023, 1'024},
                                                                  {1'024, 1'024},
                                                                  {1'025, 1'088},
                                                                  {1'704, 1'728},
                                                                  {2'048, 2'048},
                                                                  {2'049, 2'176},
                                                                  {65'535, 65'536},
                                                                  {65'537, 69'632},
                                                                  {1'048'577, 1'114'112}};
  for (const auto& [size, padded] : table) {
    EXPECT_EQ(padded_size(size), padded) << size;
  }
}

TEST(PaddedSize, NeverShrinksAndAddsAtMostAnEighthAboveTheSmallSizes) {
  std::size_t before = 0;
  for (std::size_t size = 0; size <= 70'000; ++size) {
    const std::size_t padded = padded_size(size);
    ASSERT_GE(padded, size);
    ASSERT_GE(padded, before);
    if (size > 512) {
      ASSERT_LE(padded - size, size / 8) << size;
    }
    before = padded;
  }
}

TEST(MarkOf, IsTheTagAndTheSequence) {
  const Bytes value = from_hex(kPinned).value();
  const RecordMark mark = mark_of(value);
  EXPECT_EQ(to_hex(mark.tag), "894b72e2eb415276bbff86c48e1209e4");
  EXPECT_EQ(mark.rec_seq, kHeader.rec_seq);
}

TEST(MarkOf, IsZeroForARowWithoutAValue) {
  const RecordMark mark = mark_of({});
  EXPECT_EQ(mark.tag, ByteArray<16>{});
  EXPECT_EQ(mark.rec_seq, 0u);
}

}  // namespace leadkeep::store
