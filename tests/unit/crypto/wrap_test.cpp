#include "crypto_test_support.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/wrap.h>

#include <gtest/gtest.h>

namespace leadkeep::crypto {

namespace {

constexpr std::string_view kOwner = "dek/lead_1/1";

void expect_corrupt(const Result<Key256>& result) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::kCorrupt);
}

}  // namespace

TEST(UnwrapKey, ReturnsTheKeyThatWasWrapped) {
  const auto wrapping = Key256::random();
  const auto key = Key256::random();
  const auto unwrapped =
      unwrap_key(wrapping, wrap_key(wrapping, key, as_bytes(kOwner)), as_bytes(kOwner));
  ASSERT_TRUE(unwrapped.ok());
  EXPECT_EQ(commit_to_key(unwrapped.value(), {}), commit_to_key(key, {}));
}

TEST(WrapKey, MakesNonceThenCiphertextThenTag) {
  const auto wrapping = Key256::random();
  const Bytes wrapped = wrap_key(wrapping, counting_key(), as_bytes(kOwner));
  ASSERT_EQ(wrapped.size(), 72u);
  Nonce nonce;
  std::copy_n(wrapped.begin(), nonce.size(), nonce.begin());
  const auto opened = open(wrapping, nonce, as_bytes(kOwner), ByteView{wrapped}.subspan(24));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(to_hex(opened.value().expose()),
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
}

TEST(WrapKey, TakesANewNonceEachTime) {
  const auto wrapping = counting_key();
  EXPECT_FALSE(same_bytes(ByteView{wrap_key(wrapping, wrapping, {})}.first(kNonceSize),
                          ByteView{wrap_key(wrapping, wrapping, {})}.first(kNonceSize)));
}

TEST(UnwrapKey, RefusesEveryBitFlip) {
  const auto wrapping = counting_key(1);
  const Bytes wrapped = wrap_key(wrapping, counting_key(2), as_bytes(kOwner));
  for_each_bit_flip(wrapped, [&](const Bytes& changed) {
    expect_corrupt(unwrap_key(wrapping, changed, as_bytes(kOwner)));
  });
}

TEST(UnwrapKey, RefusesEveryOtherLength) {
  const auto wrapping = counting_key(1);
  Bytes wrapped = wrap_key(wrapping, counting_key(2), as_bytes(kOwner));
  wrapped.resize(100);
  for (std::size_t size = 0; size <= wrapped.size(); ++size) {
    if (size != kWrappedKeySize) {
      expect_corrupt(unwrap_key(wrapping, ByteView{wrapped}.first(size), as_bytes(kOwner)));
    }
  }
}

// A sealed text may be shorter or longer than a key; it is never taken for one.
TEST(UnwrapKey, RefusesASealedTextOfAnotherLength) {
  const auto wrapping = counting_key(1);
  for (const std::size_t size : {0u, 31u, 33u}) {
    const Nonce nonce = new_nonce();
    Bytes sealed{nonce.begin(), nonce.end()};
    seal(wrapping, nonce, as_bytes(kOwner), Bytes(size), sealed);
    expect_corrupt(unwrap_key(wrapping, sealed, as_bytes(kOwner)));
  }
}

TEST(UnwrapKey, RefusesAKeyMovedToAnotherOwner) {
  const auto wrapping = counting_key(1);
  const Bytes wrapped = wrap_key(wrapping, counting_key(2), as_bytes(kOwner));
  expect_corrupt(unwrap_key(wrapping, wrapped, as_bytes("dek/lead_2/1")));
  expect_corrupt(unwrap_key(wrapping, wrapped, {}));
}

TEST(UnwrapKey, RefusesAnotherWrappingKey) {
  const Bytes wrapped = wrap_key(counting_key(1), counting_key(2), as_bytes(kOwner));
  expect_corrupt(unwrap_key(counting_key(3), wrapped, as_bytes(kOwner)));
  expect_corrupt(unwrap_key(counting_key(2), wrapped, as_bytes(kOwner)));
}

// Computed with Python's hmac module: HMAC-SHA256(00 01 … 1f, "leadkeep/commit/1" ‖ what).
TEST(CommitToKey, KeepsItsBytes) {
  EXPECT_EQ(to_hex(commit_to_key(counting_key(), as_bytes(kOwner))),
            "610f019ef901308c1092f899e1818a14dde2316834417da0e252c75d5ac37423");
  EXPECT_EQ(to_hex(commit_to_key(counting_key(), {})),
            "d29dda4e5ddfe9cc0fc20711292f05a8142041e3ee3bd29321dd973652e723ce");
}

TEST(CommitToKey, DiffersPerKeyAndPerOwner) {
  const auto commitment = commit_to_key(counting_key(1), as_bytes(kOwner));
  EXPECT_NE(commitment, commit_to_key(counting_key(2), as_bytes(kOwner)));
  EXPECT_NE(commitment, commit_to_key(counting_key(1), as_bytes("dek/lead_1/2")));
}

}  // namespace leadkeep::crypto
