#include "x509_parts.h"

#include <leadkeep/crypto/certificate.h>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace leadkeep::crypto {
namespace {

constexpr std::size_t kMostPemBytes = 64 * 1024;

EvpKey evp_key_of(const RsaPrivateKey& key) {
  const SecretBytes pkcs8 = key.pkcs8();
  const unsigned char* der = uchars(pkcs8.expose().data());
  EvpKey made{::d2i_AutoPrivateKey(nullptr, &der, static_cast<long>(pkcs8.size()))};
  LK_CHECK(made != nullptr);
  return made;
}

}  // namespace

std::optional<CertifiedKey> key_of_certificate(ByteView certificate) {
  const Certificate parsed = read_certificate(certificate);
  const auto ends = parsed ? timestamp_of(::X509_get0_notAfter(parsed.get())) : std::nullopt;
  ::ERR_clear_error();
  if (!ends) {
    return std::nullopt;
  }
  return CertifiedKey{der_of(::X509_get_X509_PUBKEY(parsed.get()), ::i2d_X509_PUBKEY), *ends};
}

std::vector<Bytes> certificates_of_pem(std::string_view pem) {
  std::vector<Bytes> certificates;
  if (pem.empty() || pem.size() > kMostPemBytes) {
    return certificates;
  }
  const Bio in{::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  LK_CHECK(in != nullptr);
  while (const Certificate read{::PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
    certificates.push_back(der_of(read.get(), ::i2d_X509));
  }
  const bool at_end = ERR_GET_REASON(::ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ::ERR_clear_error();
  return at_end ? certificates : std::vector<Bytes>{};
}

std::vector<CertifiedKey> keys_of_pem_certificates(std::string_view pem) {
  std::vector<CertifiedKey> keys;
  for (const Bytes& certificate : certificates_of_pem(pem)) {
    auto key = key_of_certificate(certificate);
    if (!key) {
      return {};
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

SecretBytes to_pem(const KeyPair& pair) {
  const EvpKey key = evp_key_of(pair.key);
  const Certificate certificate = read_certificate(pair.certificate);
  const Bio out{::BIO_new(::BIO_s_secmem())};
  LK_CHECK(certificate != nullptr && out != nullptr);
  LK_CHECK(::PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                           nullptr) == 1);
  LK_CHECK(::PEM_write_bio_X509(out.get(), certificate.get()) == 1);
  return SecretBytes::copy_of(content_of(out.get()));
}

Result<KeyPair> read_key_pair(const SecretBytes& pem) {
  const auto refused = [](const char* why) {
    ::ERR_clear_error();
    return fail(Errc::kInvalidInput, std::string{"key pair: "} + why);
  };
  const auto open = [&] {
    return Bio{::BIO_new_mem_buf(pem.expose().data(), piece_size(pem.expose()))};
  };
  auto key = RsaPrivateKey::parse(pem);
  if (!key) {
    return refused("no private key of RSA from 2048 bits");
  }
  const Certificate certificate{::PEM_read_bio_X509(open().get(), nullptr, nullptr, nullptr)};
  if (certificate == nullptr) {
    return refused("no certificate");
  }
  Bytes der = der_of(certificate.get(), ::i2d_X509);
  if (key_of_certificate(der)->public_key != key.value().public_key()) {
    return refused("the certificate is of another key");
  }
  ::ERR_clear_error();
  return KeyPair{std::move(key).value(), std::move(der)};
}

Bytes self_signed_certificate(const RsaPrivateKey& key, std::string_view name,
                              const Validity& validity) {
  const EvpKey signer = evp_key_of(key);
  const Certificate certificate =
      new_certificate(name, validity.from, validity.until, signer.get());
  LK_CHECK(::X509_sign(certificate.get(), signer.get(), ::EVP_sha256()) > 0);
  return der_of(certificate.get(), ::i2d_X509);
}

std::string certificate_to_pem(ByteView certificate) {
  const Certificate parsed = read_certificate(certificate);
  const Bio out{::BIO_new(::BIO_s_mem())};
  LK_CHECK(parsed != nullptr && out != nullptr);
  LK_CHECK(::PEM_write_bio_X509(out.get(), parsed.get()) == 1);
  return std::string{as_text(content_of(out.get()))};
}

}  // namespace leadkeep::crypto
