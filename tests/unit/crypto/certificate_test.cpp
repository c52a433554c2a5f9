#include <leadkeep/crypto/certificate.h>

#include <gtest/gtest.h>

namespace leadkeep::crypto {
namespace {

constexpr Timestamp kFrom{1'795'535'478'000};
constexpr Timestamp kUntil{1'827'071'478'000};

const RsaPrivateKey& key() {
  static const RsaPrivateKey made = RsaPrivateKey::generate(2048);
  return made;
}

Bytes a_certificate() {
  return self_signed_certificate(key(), "leads.example.test", {kFrom, kUntil});
}

TEST(Certificate, CarriesItsKeyAndItsEnd) {
  const auto carried = key_of_certificate(a_certificate());
  ASSERT_TRUE(carried.has_value());
  EXPECT_EQ(carried->public_key, key().public_key());
  EXPECT_EQ(carried->certificate_ends, kUntil);
}

TEST(Certificate, IsNotNamedLikeTheOneBefore) {
  EXPECT_NE(a_certificate(), a_certificate());
}

TEST(Certificate, IsNothingElseAndNothingMore) {
  Bytes certificate = a_certificate();
  certificate.push_back(std::byte{0});
  EXPECT_FALSE(key_of_certificate(certificate));
  certificate.resize(certificate.size() - 2);
  EXPECT_FALSE(key_of_certificate(certificate));
  EXPECT_FALSE(key_of_certificate({}));
  EXPECT_FALSE(key_of_certificate(as_bytes("nonsense")));
  EXPECT_FALSE(key_of_certificate(key().public_key()));
}

}  // namespace
}  // namespace leadkeep::crypto
