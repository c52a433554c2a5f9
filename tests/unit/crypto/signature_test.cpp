#include <leadkeep/crypto/rsa.h>
#include <leadkeep/crypto/signature.h>

#include <array>

#include <gtest/gtest.h>

namespace leadkeep::crypto {
namespace {

using Algorithm = SignatureAlgorithm;

// RFC 5480: the headers of such keys in front of the point.
constexpr std::string_view kP256 = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
constexpr std::string_view kP384 = "3076301006072a8648ce3d020106052b81040022036200";

struct Published {
  const char* of;
  Algorithm algorithm;
  std::string key;
  const char* sample;  // r ‖ s of "sample"
};

const std::string kP256Key = std::string{kP256} +
                             "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                             "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const std::string kP384Key = std::string{kP384} +
                             "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def"
                             "8f0ea9055866064a254515480bc13"
                             "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b2"
                             "31c3ae0d4fe7344fd2533264720";

// RFC 6979 sections A.2.5 and A.2.6.
const std::array kPublished{
    Published{"P-256, SHA-256", Algorithm::kEcdsaSha256, kP256Key,
              "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
              "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
    Published{"P-256, SHA-512", Algorithm::kEcdsaSha512, kP256Key,
              "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00"
              "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe"},
    Published{"P-384, SHA-384", Algorithm::kEcdsaSha384, kP384Key,
              "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36"
              "dd1e80fabe46"
              "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82"
              "c71a38628ac8"}};

SignatureIs verdict_on(Algorithm algorithm, const std::string& key, std::string_view data,
                       const std::string& signature) {
  const auto parsed = PublicKey::parse(from_hex(key).value());
  return parsed ? verify_signature(algorithm, *parsed, as_bytes(data), from_hex(signature).value())
                : SignatureIs::kBad;
}

TEST(Signature, TakesThePublishedOnesOfEcdsa) {
  for (const Published& one : kPublished) {
    EXPECT_EQ(verdict_on(one.algorithm, one.key, "sample", one.sample), SignatureIs::kGood)
        << one.of;
    EXPECT_EQ(verdict_on(one.algorithm, one.key, "other", one.sample), SignatureIs::kBad) << one.of;
    std::string changed = one.sample;
    changed.back() = changed.back() == '0' ? '1' : '0';
    EXPECT_EQ(verdict_on(one.algorithm, one.key, "sample", changed), SignatureIs::kBad) << one.of;
  }
}

TEST(Signature, RefusesAnotherDigestOrKindThanWasSaid) {
  const std::string good = kPublished[0].sample;
  for (const Algorithm other : {Algorithm::kEcdsaSha384, Algorithm::kEcdsaSha512,
                                Algorithm::kRsaSha256, Algorithm::kRsaSha384}) {
    EXPECT_EQ(verdict_on(other, kP256Key, "sample", good), SignatureIs::kBad);
  }
  EXPECT_EQ(verdict_on(Algorithm::kEcdsaSha256, kP384Key, "sample", good), SignatureIs::kBad);
}

TEST(Signature, RefusesWhatIsNoSignatureOrNoKey) {
  const std::string good = kPublished[0].sample;
  EXPECT_EQ(verdict_on(Algorithm::kEcdsaSha256, kP256Key, "sample", ""), SignatureIs::kBad);
  EXPECT_EQ(verdict_on(Algorithm::kEcdsaSha256, kP256Key, "sample", good.substr(2)),
            SignatureIs::kBad);
  EXPECT_EQ(verdict_on(Algorithm::kEcdsaSha256, kP256Key, "sample", good + "00"),
            SignatureIs::kBad);
  EXPECT_EQ(verdict_on(Algorithm::kEcdsaSha256, kP256Key, "sample", std::string(128, '0')),
            SignatureIs::kBad);
  EXPECT_EQ(verdict_on(Algorithm::kEcdsaSha256, kP256Key + "00", "sample", good),
            SignatureIs::kBad);
  EXPECT_EQ(verdict_on(Algorithm::kEcdsaSha256, "", "sample", good), SignatureIs::kBad);
}

TEST(Signature, TakesThoseOfRsa) {
  const RsaPrivateKey key = RsaPrivateKey::generate(2048);
  const RsaPrivateKey other = RsaPrivateKey::generate(2048);
  Bytes signature = key.sign_sha256(as_bytes("data"));
  const auto verdict = [&](const RsaPrivateKey& of, Algorithm algorithm, std::string_view data) {
    return verify_signature(algorithm, PublicKey::parse(of.public_key()).value(), as_bytes(data),
                            signature);
  };
  EXPECT_EQ(verdict(key, Algorithm::kRsaSha256, "data"), SignatureIs::kGood);
  EXPECT_EQ(verdict(key, Algorithm::kRsaSha256, "date"), SignatureIs::kBad);
  EXPECT_EQ(verdict(other, Algorithm::kRsaSha256, "data"), SignatureIs::kBad);
  EXPECT_EQ(verdict(key, Algorithm::kRsaSha384, "data"), SignatureIs::kBad);
  EXPECT_EQ(verdict(key, Algorithm::kRsaSha512, "data"), SignatureIs::kBad);
  EXPECT_EQ(verdict(key, Algorithm::kEcdsaSha256, "data"), SignatureIs::kBad);
  signature.back() ^= std::byte{1};
  EXPECT_EQ(verdict(key, Algorithm::kRsaSha256, "data"), SignatureIs::kBad);
}

}  // namespace
}  // namespace leadkeep::crypto
