#include <leadkeep/crypto/certificate_authority.h>
#include <leadkeep/crypto/certificate_request.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace leadkeep::crypto {
namespace {

using std::chrono::hours;
using Verdict = ClientCertificates::Verdict;

constexpr Timestamp kNow{1'795'535'478'000};
constexpr std::string_view kUri = "urn:leadkeep:client:client_01JDG7T5Q8ZK3V9M4B6N2R0XWY";

struct Requester {
  EVP_PKEY* key = ::EVP_EC_gen("P-256");
  std::string pem = request();

  explicit Requester(EVP_PKEY* given) : key{given} {}

  Requester() = default;
  Requester(const Requester&) = delete;
  Requester& operator=(const Requester&) = delete;

  ~Requester() { ::EVP_PKEY_free(key); }

  // As somebody else signs it: whoever has no key of this one.
  [[nodiscard]] std::string request(EVP_PKEY* signer = nullptr) const {
    X509_REQ* made = ::X509_REQ_new();
    ::X509_REQ_set_pubkey(made, key);
    ::X509_REQ_sign(made, signer == nullptr ? key : signer, ::EVP_sha256());
    BIO* out = ::BIO_new(::BIO_s_mem());
    ::PEM_write_bio_X509_REQ(out, made);
    char* text = nullptr;
    const long size = ::BIO_get_mem_data(out, &text);
    std::string pem_of_it{text, static_cast<std::size_t>(size)};
    ::BIO_free(out);
    ::X509_REQ_free(made);
    return pem_of_it;
  }

  [[nodiscard]] Bytes public_key() const { return read_certificate_request(pem).value(); }
};

const CertificateAuthority& authority() {
  static const auto made =
      CertificateAuthority::generate("Ours", {kNow - hours{1}, kNow + hours{1000}});
  return made;
}

Bytes issued(const CertificateAuthority& by = authority(),
             const Validity& validity = {kNow - hours{1}, kNow + hours{24}}) {
  return by.issue(Requester{}.public_key(), kUri, validity);
}

Verdict verdict_on(ByteView certificate, Timestamp at = kNow) {
  return ClientCertificates::of({authority().certificate()}).value().judge(certificate, at).verdict;
}

TEST(CertificateRequest, ShowsThatItsMakerHasTheKey) {
  const Requester one;
  const Requester other;
  EXPECT_TRUE(read_certificate_request(one.pem));
  EXPECT_NE(one.public_key(), other.public_key());
  EXPECT_FALSE(read_certificate_request(one.request(other.key)));
}

TEST(CertificateRequest, IsMadeForAKeyInPem) {
  const SecretBytes key = new_private_key();
  const auto request = certificate_request_for(key);
  ASSERT_TRUE(request);
  EXPECT_TRUE(read_certificate_request(*request));
  EXPECT_EQ(read_certificate_request(*certificate_request_for(key)),
            read_certificate_request(*request));
  EXPECT_FALSE(certificate_request_for(SecretBytes::copy_of(as_bytes("nonsense"))));
  EXPECT_FALSE(certificate_request_for({}));
}

TEST(CertificateRequest, IsNothingElse) {
  EXPECT_FALSE(read_certificate_request(""));
  EXPECT_FALSE(read_certificate_request("nonsense"));
  EXPECT_FALSE(read_certificate_request(certificate_to_pem(issued())));
  EXPECT_FALSE(read_certificate_request(std::string(20'000, 'a')));
}

TEST(CertificateRequest, IsRefusedForAWeakKey) {
  EXPECT_FALSE(read_certificate_request(Requester{::EVP_RSA_gen(1024)}.pem));
  EXPECT_TRUE(read_certificate_request(Requester{::EVP_RSA_gen(2048)}.pem));
}

TEST(CertificateAuthority, IsReadAsItWasKept) {
  auto read = CertificateAuthority::read(authority().private_key(), authority().certificate());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(verdict_on(issued(read.value())), Verdict::kGood);
  const auto other = CertificateAuthority::generate("Ours", {kNow, kNow + hours{1}});
  EXPECT_EQ(CertificateAuthority::read(other.private_key(), authority().certificate()).error().code,
            Errc::kCorrupt);
  EXPECT_EQ(CertificateAuthority::read({}, {}).error().code, Errc::kCorrupt);
}

TEST(ClientCertificates, BelieveWhatTheirAuthorityIssued) {
  const Requester requester;
  const auto certificate =
      authority().issue(requester.public_key(), kUri, {kNow - hours{1}, kNow + hours{24}});
  const auto judged =
      ClientCertificates::of({authority().certificate()}).value().judge(certificate, kNow);
  EXPECT_EQ(judged.verdict, Verdict::kGood);
  EXPECT_EQ(judged.certificate.public_key, requester.public_key());
  EXPECT_THAT(judged.certificate.uris, testing::ElementsAre(std::string{kUri}));
  EXPECT_EQ(judged.certificate.until.ms / 1000, (kNow + hours{24}).ms / 1000);
}

TEST(ClientCertificates, BelieveNobodyElse) {
  const auto named_alike =
      CertificateAuthority::generate("Ours", {kNow - hours{1}, kNow + hours{1000}});
  EXPECT_EQ(verdict_on(issued(named_alike)), Verdict::kForeign);
  EXPECT_EQ(ClientCertificates::of({}).value().judge(issued(), kNow).verdict, Verdict::kForeign);
  EXPECT_EQ(verdict_on(as_bytes("nonsense")), Verdict::kForeign);
  EXPECT_EQ(verdict_on({}), Verdict::kForeign);
}

TEST(ClientCertificates, BelieveNothingThatWasChanged) {
  Bytes certificate = issued();
  for (std::size_t i = 0; i < certificate.size(); i += 7) {
    Bytes changed = certificate;
    changed[i] ^= std::byte{1};
    EXPECT_NE(verdict_on(changed), Verdict::kGood) << i;
  }
}

TEST(ClientCertificates, LookAtTheTime) {
  const auto certificate = issued();
  EXPECT_EQ(verdict_on(certificate, kNow - hours{2}), Verdict::kNotInTime);
  EXPECT_EQ(verdict_on(certificate, kNow + hours{25}), Verdict::kNotInTime);
}

TEST(ClientCertificates, EndWithTheirAuthority) {
  const auto certificate = issued(authority(), {kNow - hours{1}, kNow + hours{5000}});
  EXPECT_EQ(verdict_on(certificate, kNow + hours{999}), Verdict::kGood);
  EXPECT_EQ(verdict_on(certificate, kNow + hours{1001}), Verdict::kNotInTime);
}

TEST(ClientCertificates, AreNotTheAuthorityItself) {
  EXPECT_EQ(verdict_on(authority().certificate()), Verdict::kNotClient);
}

TEST(ClientCertificates, AreForClients) {
  const auto server = RsaPrivateKey::generate(2048);
  const auto own = self_signed_certificate(server, "server", {kNow - hours{1}, kNow + hours{24}});
  EXPECT_EQ(ClientCertificates::of({own}).error().code, Errc::kInvalidInput);
  EXPECT_EQ(verdict_on(own), Verdict::kForeign);
}

TEST(ClientCertificates, AreOfSomebodyWhoIsAnAuthority) {
  EXPECT_EQ(ClientCertificates::of({issued()}).error().code, Errc::kInvalidInput);
  EXPECT_EQ(ClientCertificates::of({authority().certificate(), {}}).error().code,
            Errc::kInvalidInput);
}

}  // namespace
}  // namespace leadkeep::crypto
