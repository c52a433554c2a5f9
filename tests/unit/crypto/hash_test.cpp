#include "crypto_test_support.h"

#include <leadkeep/crypto/hash.h>

#include <gtest/gtest.h>

namespace leadkeep::crypto {

// FIPS 180-4, examples of NIST for SHA-256.
TEST(Sha256, MakesThePublishedDigests) {
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256({as_bytes("abc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")})),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, HashesPartsAsOneString) {
  EXPECT_EQ(sha256({as_bytes("a"), {}, as_bytes("bc")}), sha256({as_bytes("abc")}));
  EXPECT_NE(sha256({as_bytes("a"), as_bytes("bc")}), sha256({as_bytes("bc"), as_bytes("a")}));
}

TEST(HmacSha256, MakesThePublishedValues) {
  const auto vectors = read_vectors("rfc4231-hmac/hmac_sha256.txt");
  ASSERT_EQ(vectors.size(), 7u);
  for (const auto& vector : vectors) {
    const auto mac =
        hmac_sha256(SecretBytes::copy_of(hex(vector.at("key"))), hex(vector.at("data")));
    const auto expected = vector.at("mac");
    EXPECT_EQ(to_hex(mac).substr(0, expected.size()), expected);
  }
}

// RFC 2202 section 3.
TEST(HmacSha1, MakesThePublishedValues) {
  const auto mac = [](std::string_view key, std::string_view data) {
    return to_hex(hmac_sha1(SecretBytes::copy_of(as_bytes(key)), as_bytes(data)));
  };
  EXPECT_EQ(mac(std::string(20, '\x0b'), "Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(mac("Jefe", "what do ya want for nothing?"),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(mac(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(HmacSha256, TreatsAKeyAndASharedSecretAlike) {
  Bytes bytes(32);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(i);
  }
  EXPECT_EQ(hmac_sha256(counting_key(), {as_bytes("ab"), as_bytes("c")}),
            hmac_sha256(SecretBytes::copy_of(bytes), as_bytes("abc")));
}

TEST(HmacSha256, ForgetsTheKeyOfTheCallBefore) {
  const auto first = hmac_sha256(counting_key(1), {as_bytes("abc")});
  const auto second = hmac_sha256(counting_key(2), {as_bytes("abc")});
  EXPECT_NE(first, second);
  EXPECT_EQ(hmac_sha256(counting_key(1), {as_bytes("abc")}), first);
}

TEST(HmacSha256DeathTest, StopsAtAnEmptySecret) {
  EXPECT_DEATH((void)hmac_sha256(SecretBytes{}, as_bytes("abc")), "CHECK_FAILED");
}

TEST(DeriveKey, MakesThePublishedKeys) {
  const auto vectors = read_vectors("rfc5869-hkdf/expand_sha256.txt");
  ASSERT_EQ(vectors.size(), 3u);
  for (const auto& vector : vectors) {
    const auto root = Key256::from_bytes(hex(vector.at("prk"))).value();
    const auto derived = derive_key(root, as_text(hex(vector.at("info"))));
    const auto expected = SecretBytes::copy_of(hex(vector.at("okm").substr(0, 64)));
    EXPECT_EQ(hmac_sha256(derived, {as_bytes("abc")}), hmac_sha256(expected, as_bytes("abc")));
  }
}

TEST(DeriveKey, GivesEachUseAnotherKey) {
  const auto root = counting_key();
  const auto tag = [&](std::string_view info) {
    return hmac_sha256(derive_key(root, info), {as_bytes("abc")});
  };
  EXPECT_EQ(tag("leadkeep/index/1"), tag("leadkeep/index/1"));
  EXPECT_NE(tag("leadkeep/index/1"), tag("leadkeep/index/2"));
  EXPECT_NE(tag("leadkeep/index/1"), hmac_sha256(root, {as_bytes("abc")}));
}

TEST(DeriveKeyDeathTest, StopsAtTheNameOfACommitment) {
  EXPECT_DEATH((void)derive_key(counting_key(), "leadkeep/commit/1"), "CHECK_FAILED");
}

TEST(CompareConstantTime, FindsEveryDifferentBit) {
  const Bytes bytes = hex("000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(compare_constant_time(bytes, Bytes{bytes}), Compared::kEqual);
  for_each_bit_flip(bytes, [&](const Bytes& changed) {
    EXPECT_EQ(compare_constant_time(bytes, changed), Compared::kDifferent);
  });
}

TEST(CompareConstantTime, CallsDifferentLengthsDifferent) {
  const Bytes bytes = hex("0001");
  EXPECT_EQ(compare_constant_time(bytes, ByteView{bytes}.first(1)), Compared::kDifferent);
  EXPECT_EQ(compare_constant_time({}, bytes), Compared::kDifferent);
  EXPECT_EQ(compare_constant_time({}, {}), Compared::kEqual);
}

}  // namespace leadkeep::crypto
