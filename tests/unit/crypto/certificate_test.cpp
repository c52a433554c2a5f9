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

KeyPair a_pair() {
  auto copied = RsaPrivateKey::parse(key().pkcs8());
  return {std::move(copied).value(), a_certificate()};
}

TEST(KeyPair, IsReadAsItWasWritten) {
  const KeyPair pair = a_pair();
  const auto read = read_key_pair(to_pem(pair));
  ASSERT_TRUE(read.ok()) << read.error().detail;
  EXPECT_EQ(read.value().key.public_key(), key().public_key());
  EXPECT_EQ(read.value().certificate, pair.certificate);
}

TEST(Certificate, IsReadFromPemWithAllThatAreThere) {
  const SecretBytes both = to_pem(a_pair());
  std::string pem{as_text(both.expose())};
  pem = pem.substr(pem.find("-----BEGIN CERTIFICATE"));
  const auto carried = keys_of_pem_certificates(pem);
  ASSERT_EQ(carried.size(), 1u);
  EXPECT_EQ(carried[0].public_key, key().public_key());
  EXPECT_EQ(keys_of_pem_certificates(pem + "# the next\n" + pem).size(), 2u);
  EXPECT_TRUE(keys_of_pem_certificates("").empty());
  EXPECT_TRUE(keys_of_pem_certificates(pem.substr(0, pem.size() / 2)).empty());
  EXPECT_TRUE(keys_of_pem_certificates(pem + pem.substr(0, pem.size() / 2)).empty());
  EXPECT_TRUE(keys_of_pem_certificates(std::string(70 * 1024, ' ') + pem).empty());
}

TEST(KeyPair, IsRefusedWithoutItsCertificateOrWithAnotherOne) {
  const SecretBytes pem = to_pem(a_pair());
  const std::string text{as_text(pem.expose())};
  const auto begin = text.find("-----BEGIN CERTIFICATE");
  const auto why = [](std::string_view content) {
    const auto read = read_key_pair(SecretBytes::copy_of(as_bytes(content)));
    return read ? "" : read.error().detail;
  };
  EXPECT_EQ(why(text), "");
  EXPECT_EQ(why(text.substr(0, begin)), "key pair: no certificate");
  EXPECT_EQ(why(text.substr(begin)), "key pair: no private key of RSA from 2048 bits");
  const auto other = RsaPrivateKey::generate(2048);
  KeyPair mixed = a_pair();
  mixed.certificate = self_signed_certificate(other, "x", {kFrom, kUntil});
  const SecretBytes mixed_pem = to_pem(mixed);
  EXPECT_EQ(why(as_text(mixed_pem.expose())), "key pair: the certificate is of another key");
}

}  // namespace
}  // namespace leadkeep::crypto
