#include "crypto_test_support.h"
#include "shake128.h"

#include <leadkeep/crypto/aead.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace leadkeep::crypto {

namespace {

Nonce nonce_from(ByteView bytes) {
  Nonce nonce;
  std::ranges::copy(bytes, nonce.begin());
  return nonce;
}

struct Sealed {
  Key256 key = counting_key();
  Nonce nonce = nonce_from(hex("404142434445464748494a4b4c4d4e4f5051525354555657"));
  Bytes bound_to = hex("6c65616473006c6561645f31");
  Bytes bytes;

  explicit Sealed(std::string_view text = "Rua das Flores 12, Lisboa") {
    seal(key, nonce, bound_to, as_bytes(text), bytes);
  }
};

void expect_corrupt(const Result<SecretBytes>& result) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::kCorrupt);
}

}  // namespace

TEST(Seal, MakesThePublishedBytes) {
  const auto vectors = read_vectors("c2sp-xaes-256-gcm/single.txt");
  ASSERT_EQ(vectors.size(), 2u);
  for (const auto& vector : vectors) {
    Bytes out;
    seal(Key256::from_bytes(hex(vector.at("key"))).value(), nonce_from(hex(vector.at("nonce"))),
         hex(vector.at("bound_to")), hex(vector.at("plaintext")), out);
    EXPECT_EQ(to_hex(out), vector.at("sealed"));
  }
}

TEST(Open, ReadsThePublishedBytes) {
  for (const auto& vector : read_vectors("c2sp-xaes-256-gcm/single.txt")) {
    const auto opened =
        open(Key256::from_bytes(hex(vector.at("key"))).value(), nonce_from(hex(vector.at("nonce"))),
             hex(vector.at("bound_to")), hex(vector.at("sealed")));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(to_hex(opened.value().expose()), vector.at("plaintext"));
  }
}

// Key, nonce, plaintext and bound_to of 10,000 messages come from one SHAKE-128 stream; another one
// hashes all that was sealed.
TEST(Seal, MakesThePublishedHashOfTenThousandRandomMessages) {
  const auto vectors = read_vectors("c2sp-xaes-256-gcm/accumulated.txt");
  ASSERT_EQ(vectors.size(), 2u);
  ByteArray<16> start;
  Shake128{}.squeeze(start);
  ASSERT_EQ(to_hex(start), vectors[0].at("stream"));

  Shake128 stream;
  Shake128 hash;
  const auto read_opaque = [&stream] {
    ByteArray<1> length;
    stream.squeeze(length);
    Bytes bytes(std::to_integer<std::size_t>(length[0]));
    stream.squeeze(bytes);
    return bytes;
  };
  for (int i = 0; i < std::stoi(vectors[1].at("iterations")); ++i) {
    ByteArray<kKeySize> key_bytes;
    stream.squeeze(key_bytes);
    const auto key = Key256::from_bytes(key_bytes).value();
    Nonce nonce;
    stream.squeeze(nonce);
    const Bytes plaintext = read_opaque();
    const Bytes bound_to = read_opaque();
    Bytes sealed;
    seal(key, nonce, bound_to, plaintext, sealed);
    hash.absorb(sealed);
    const auto opened = open(key, nonce, bound_to, sealed);
    ASSERT_TRUE(opened.ok());
    ASSERT_TRUE(same_bytes(opened.value().expose(), plaintext));
  }
  ByteArray<32> digest;
  hash.squeeze(digest);
  EXPECT_EQ(to_hex(digest), vectors[1].at("hash"));
}

TEST(Seal, AppendsAndLeavesWhatWasThere) {
  const Sealed sealed;
  Bytes out = hex("00ff");
  seal(sealed.key, sealed.nonce, sealed.bound_to, as_bytes("text"), out);
  ASSERT_EQ(out.size(), 2 + 4 + kTagSize);
  EXPECT_EQ(to_hex(ByteView{out}.first(2)), "00ff");
  EXPECT_TRUE(open(sealed.key, sealed.nonce, sealed.bound_to, ByteView{out}.subspan(2)).ok());
}

TEST(Open, ReturnsWhatWasSealedAtEverySize) {
  const Sealed sealed;
  Bytes plaintext;
  for (std::size_t size = 0; size <= 600; ++size) {
    Bytes out;
    seal(sealed.key, sealed.nonce, sealed.bound_to, plaintext, out);
    ASSERT_EQ(out.size(), size + kTagSize);
    const auto opened = open(sealed.key, sealed.nonce, sealed.bound_to, out);
    ASSERT_TRUE(opened.ok());
    ASSERT_TRUE(same_bytes(opened.value().expose(), plaintext));
    plaintext.push_back(static_cast<std::byte>(size));
  }
}

TEST(KeepLastKey, ChangesNoByteWhenKeysTakeTurns) {
  const Sealed first{"one"};
  const Sealed second{"two"};
  const auto other = Key256::random();
  Bytes under_other;
  seal(other, first.nonce, {}, as_bytes("three"), under_other);
  const KeepLastKey outer;
  for (int i = 0; i < 3; ++i) {
    {
      const KeepLastKey inner;
      EXPECT_EQ(Sealed{"one"}.bytes, first.bytes);
    }
    Bytes again;
    seal(other, first.nonce, {}, as_bytes("three"), again);
    EXPECT_EQ(again, under_other);
    EXPECT_EQ(Sealed{"two"}.bytes, second.bytes);
    EXPECT_FALSE(open(other, second.nonce, second.bound_to, second.bytes).ok());
    EXPECT_TRUE(open(second.key, second.nonce, second.bound_to, second.bytes).ok());
  }
}

TEST(Open, RefusesEveryBitFlipOfCiphertextAndTag) {
  const Sealed sealed;
  for_each_bit_flip(sealed.bytes, [&](const Bytes& changed) {
    expect_corrupt(open(sealed.key, sealed.nonce, sealed.bound_to, changed));
  });
}

TEST(Open, RefusesEveryBitFlipOfTheNonce) {
  const Sealed sealed;
  for_each_bit_flip(sealed.nonce, [&](const Nonce& changed) {
    expect_corrupt(open(sealed.key, changed, sealed.bound_to, sealed.bytes));
  });
}

TEST(Open, RefusesEveryBitFlipOfWhatTheTextIsBoundTo) {
  const Sealed sealed;
  for_each_bit_flip(sealed.bound_to, [&](const Bytes& changed) {
    expect_corrupt(open(sealed.key, sealed.nonce, changed, sealed.bytes));
  });
}

TEST(Open, RefusesEveryBitFlipOfTheKey) {
  const Sealed sealed;
  ByteArray<kKeySize> key;
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<std::byte>(i);
  }
  ASSERT_TRUE(
      open(Key256::from_bytes(key).value(), sealed.nonce, sealed.bound_to, sealed.bytes).ok());
  for_each_bit_flip(key, [&](const ByteArray<kKeySize>& changed) {
    expect_corrupt(
        open(Key256::from_bytes(changed).value(), sealed.nonce, sealed.bound_to, sealed.bytes));
  });
}

TEST(Open, RefusesEveryTruncation) {
  const Sealed sealed;
  for (std::size_t size = 0; size < sealed.bytes.size(); ++size) {
    const ByteView all{sealed.bytes};
    expect_corrupt(open(sealed.key, sealed.nonce, sealed.bound_to, all.first(size)));
    expect_corrupt(open(sealed.key, sealed.nonce, sealed.bound_to, all.last(size)));
  }
}

TEST(Open, RefusesEveryTruncationOfWhatTheTextIsBoundTo) {
  const Sealed sealed;
  for (std::size_t size = 0; size < sealed.bound_to.size(); ++size) {
    expect_corrupt(
        open(sealed.key, sealed.nonce, ByteView{sealed.bound_to}.first(size), sealed.bytes));
  }
}

TEST(Open, RefusesAnAppendedByte) {
  Sealed sealed;
  sealed.bytes.push_back(std::byte{0});
  expect_corrupt(open(sealed.key, sealed.nonce, sealed.bound_to, sealed.bytes));
}

TEST(Open, RefusesAnEmptyTextWithATagOfZeros) {
  const Sealed sealed;
  expect_corrupt(open(sealed.key, sealed.nonce, sealed.bound_to, Bytes(kTagSize)));
}

TEST(Open, WorksAfterARefusal) {
  const Sealed sealed;
  expect_corrupt(open(sealed.key, sealed.nonce, {}, sealed.bytes));
  EXPECT_TRUE(open(sealed.key, sealed.nonce, sealed.bound_to, sealed.bytes).ok());
}

TEST(Open, GivesTheSameTextOnEveryThread) {
  const Sealed sealed{"text"};
  std::vector<std::jthread> threads;
  std::atomic<int> opened_right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const auto opened = open(sealed.key, sealed.nonce, sealed.bound_to, sealed.bytes);
        opened_right += opened.ok() && as_text(opened.value().expose()) == "text" ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(opened_right, 2000);
}

}  // namespace leadkeep::crypto
