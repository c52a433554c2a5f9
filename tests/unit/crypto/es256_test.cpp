#include <leadkeep/crypto/es256.h>

#include <algorithm>

#include <gtest/gtest.h>

namespace leadkeep::crypto {
namespace {

template <std::size_t N>
ByteArray<N> bytes_of(std::string_view hex) {
  const auto bytes = from_hex(hex);
  EXPECT_TRUE(bytes && bytes->size() == N);
  ByteArray<N> out{};
  std::ranges::copy(*bytes, out.begin());
  return out;
}

// RFC 6979 section A.2.5: the key, and the signatures of "sample" and "test" with SHA-256.
const P256Point kKey{
    bytes_of<32>("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
    bytes_of<32>("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")};
const auto kOfSample = bytes_of<64>(
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
const auto kOfTest = bytes_of<64>(
    "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
    "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");

TEST(Es256, TakesTheSignaturesOfTheStandard) {
  EXPECT_EQ(verify_es256(kKey, as_bytes("sample"), kOfSample), SignatureIs::kGood);
  EXPECT_EQ(verify_es256(kKey, as_bytes("test"), kOfTest), SignatureIs::kGood);
  EXPECT_EQ(verify_es256(kKey, as_bytes("test"), kOfSample), SignatureIs::kBad);
  EXPECT_EQ(verify_es256(kKey, as_bytes(""), kOfSample), SignatureIs::kBad);
}

TEST(Es256, TakesNoSignatureWithAnyBitChanged) {
  for (std::size_t bit = 0; bit < kOfSample.size() * 8; ++bit) {
    auto other = kOfSample;
    other[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_EQ(verify_es256(kKey, as_bytes("sample"), other), SignatureIs::kBad) << bit;
  }
}

// CVE-2022-21449: zeros are a signature of anything under any key for who forgets to look.
TEST(Es256, TakesNoSignatureOfZeros) {
  EXPECT_EQ(verify_es256(kKey, as_bytes("sample"), {}), SignatureIs::kBad);
  ByteArray<64> ones;
  ones.fill(std::byte{0xff});
  EXPECT_EQ(verify_es256(kKey, as_bytes("sample"), ones), SignatureIs::kBad);
}

TEST(Es256, TakesNoKeyThatIsNoPointOfTheCurve) {
  P256Point off = kKey;
  off.x[0] ^= std::byte{1};
  EXPECT_EQ(verify_es256(off, as_bytes("sample"), kOfSample), SignatureIs::kBad);
  EXPECT_EQ(verify_es256({}, as_bytes("sample"), kOfSample), SignatureIs::kBad);
}

TEST(Es256, VerifiesWhatAKeyOfOursSigned) {
  const auto key = Es256Key::generate();
  for (int i = 0; i < 200; ++i) {  // numbers with zeros in front among them
    const auto signature = key.sign(as_bytes("a text"));
    EXPECT_EQ(verify_es256(key.public_point(), as_bytes("a text"), signature), SignatureIs::kGood);
    EXPECT_EQ(verify_es256(kKey, as_bytes("a text"), signature), SignatureIs::kBad);
  }
}

}  // namespace
}  // namespace leadkeep::crypto
