#include <leadkeep/crypto/content_cipher.h>
#include <leadkeep/crypto/random.h>

#include <string>

#include <gtest/gtest.h>

namespace leadkeep::crypto {
namespace {

SecretBytes secret(std::string_view hex) {
  return SecretBytes::copy_of(from_hex(hex).value());
}

std::string opened(ContentCipher cipher, const SecretBytes& key, std::string_view sealed_hex) {
  const auto plaintext = open_content(cipher, key, from_hex(sealed_hex).value());
  return plaintext ? to_hex(plaintext->expose()) : "refused";
}

const std::string kIv12(24, '0');
const std::string kZeros16(32, '0');

// McGrew and Viega, The Galois/Counter Mode of Operation, test cases 2 and 14.
const std::string kGcm128 =
    kIv12 + "0388dace60b6a392f328c2b971b2fe78" + "ab6e47d42cec13bdf53a67b21257bddf";
const std::string kGcm256 =
    kIv12 + "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919";

TEST(ContentCipher, OpensTheVectorsOfGcm) {
  EXPECT_EQ(opened(ContentCipher::kAes128Gcm, SecretBytes{16}, kGcm128), kZeros16);
  EXPECT_EQ(opened(ContentCipher::kAes256Gcm, SecretBytes{32}, kGcm256), kZeros16);
}

TEST(ContentCipher, OpensNoGcmOfWhichABitDiffers) {
  const Bytes genuine = from_hex(kGcm256).value();
  for (std::size_t i = 0; i < genuine.size(); ++i) {
    Bytes changed = genuine;
    changed[i] ^= std::byte{1};
    EXPECT_FALSE(open_content(ContentCipher::kAes256Gcm, SecretBytes{32}, changed)) << i;
    EXPECT_FALSE(
        open_content(ContentCipher::kAes256Gcm, SecretBytes{32}, ByteView{genuine}.first(i)))
        << i;
  }
}

// SP 800-38A, F.2.2: the last byte of the fourth block is 16, which as padding is the whole block.
TEST(ContentCipher, OpensTheVectorOfCbcAndTakesItsPaddingAway) {
  const std::string sealed =
      "000102030405060708090a0b0c0d0e0f"
      "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
      "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7";
  EXPECT_EQ(opened(ContentCipher::kAes128Cbc, secret("2b7e151628aed2a6abf7158809cf4f3c"), sealed),
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            "30c81c46a35ce411e5fbc1191a0a52ef");
}

// The first block alone ends in 42, which is more padding than there is.
TEST(ContentCipher, OpensNoCbcWhosePaddingOrLengthIsWrong) {
  const SecretBytes key = secret("2b7e151628aed2a6abf7158809cf4f3c");
  const std::string sealed = "000102030405060708090a0b0c0d0e0f7649abac8119b246cee98e9b12e9197d";
  EXPECT_EQ(opened(ContentCipher::kAes128Cbc, key, sealed), "refused");
  EXPECT_EQ(opened(ContentCipher::kAes128Cbc, key, sealed + "00"), "refused");
  EXPECT_EQ(opened(ContentCipher::kAes128Cbc, key, sealed.substr(0, 32)), "refused");
  EXPECT_EQ(opened(ContentCipher::kAes128Cbc, key, ""), "refused");
}

TEST(ContentCipher, OpensNothingWithAKeyOfAnotherLength) {
  EXPECT_EQ(opened(ContentCipher::kAes128Gcm, SecretBytes{32}, kGcm128), "refused");
  EXPECT_EQ(opened(ContentCipher::kAes256Gcm, SecretBytes{16}, kGcm256), "refused");
  EXPECT_EQ(opened(ContentCipher::kAes256Gcm, SecretBytes{}, kGcm256), "refused");
}

}  // namespace
}  // namespace leadkeep::crypto
