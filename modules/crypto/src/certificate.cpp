#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/crypto/certificate.h>
#include <leadkeep/crypto/random.h>

#include <array>
#include <chrono>
#include <ctime>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace leadkeep::crypto {
namespace {

using Certificate = std::unique_ptr<X509, Free<&::X509_free>>;
using Bio = std::unique_ptr<BIO, Free<&::BIO_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Free<&::BN_free>>;

constexpr std::size_t kMostBytes = 64 * 1024;

// Without timegm(), which opens the file of the local zone: where certificates of strangers are read
// nothing may be opened.
std::optional<Timestamp> timestamp_of(const ASN1_TIME* time) {
  using namespace std::chrono;
  std::tm parts{};
  if (::ASN1_TIME_to_tm(time, &parts) != 1) {
    return std::nullopt;
  }
  const year_month_day date{year{parts.tm_year + 1900},
                            month{static_cast<unsigned>(parts.tm_mon) + 1},
                            day{static_cast<unsigned>(parts.tm_mday)}};
  const auto of_day = hours{parts.tm_hour} + minutes{parts.tm_min} + seconds{parts.tm_sec};
  return Timestamp{milliseconds{sys_days{date}.time_since_epoch() + of_day}.count()};
}

bool set_time(ASN1_TIME* field, Timestamp time) {
  return ::ASN1_TIME_set(field, static_cast<std::time_t>(time.ms / 1000)) != nullptr;
}

// 19 random octets, so that it is positive and of at most 20 (section 4.1.2.2).
bool set_serial(X509* certificate) {
  std::array<std::byte, 19> octets{};
  fill_random(octets);
  const BigNumber number{::BN_bin2bn(uchars(octets.data()), octets.size(), nullptr)};
  return number != nullptr &&
         ::BN_to_ASN1_INTEGER(number.get(), ::X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509* certificate, std::string_view name) {
  X509_NAME* subject = ::X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  return ::X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC, text,
                                      static_cast<int>(name.size()), -1, 0) == 1 &&
         ::X509_set_issuer_name(certificate, subject) == 1;
}

EvpKey evp_key_of(const RsaPrivateKey& key) {
  const SecretBytes pkcs8 = key.pkcs8();
  const unsigned char* der = uchars(pkcs8.expose().data());
  EvpKey made{::d2i_AutoPrivateKey(nullptr, &der, static_cast<long>(pkcs8.size()))};
  LK_CHECK(made != nullptr);
  return made;
}

template <class Object, class Encode>
Bytes der_of(Object* object, const Encode& encode) {
  unsigned char* der = nullptr;
  const int size = encode(object, &der);
  LK_CHECK(size > 0);
  const auto* bytes = reinterpret_cast<const std::byte*>(der);
  Bytes copy{bytes, bytes + size};
  ::OPENSSL_free(der);
  return copy;
}

}  // namespace

std::optional<CertifiedKey> key_of_certificate(ByteView certificate) {
  if (certificate.size() > kMostBytes) {
    return std::nullopt;
  }
  const unsigned char* at = uchars(certificate.data());
  const Certificate parsed{::d2i_X509(nullptr, &at, static_cast<long>(certificate.size()))};
  const bool whole = parsed != nullptr && at == uchars(certificate.data()) + certificate.size();
  const auto ends = whole ? timestamp_of(::X509_get0_notAfter(parsed.get())) : std::nullopt;
  ::ERR_clear_error();
  if (!ends) {
    return std::nullopt;
  }
  return CertifiedKey{der_of(::X509_get_X509_PUBKEY(parsed.get()), ::i2d_X509_PUBKEY), *ends};
}

std::vector<CertifiedKey> keys_of_pem_certificates(std::string_view pem) {
  std::vector<CertifiedKey> keys;
  if (pem.size() > kMostBytes) {
    return keys;
  }
  const Bio in{::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  LK_CHECK(in != nullptr);
  while (const Certificate read{::PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
    auto key = key_of_certificate(der_of(read.get(), ::i2d_X509));
    if (!key) {
      return {};
    }
    keys.push_back(*std::move(key));
  }
  const bool at_end = ERR_GET_REASON(::ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ::ERR_clear_error();
  return at_end ? keys : std::vector<CertifiedKey>{};
}

SecretBytes to_pem(const KeyPair& pair) {
  const EvpKey key = evp_key_of(pair.key);
  const unsigned char* at = uchars(pair.certificate.data());
  const Certificate certificate{
      ::d2i_X509(nullptr, &at, static_cast<long>(pair.certificate.size()))};
  const Bio out{::BIO_new(::BIO_s_secmem())};
  LK_CHECK(certificate != nullptr && out != nullptr);
  LK_CHECK(::PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                           nullptr) == 1);
  LK_CHECK(::PEM_write_bio_X509(out.get(), certificate.get()) == 1);
  char* text = nullptr;
  const long size = ::BIO_get_mem_data(out.get(), &text);
  return SecretBytes::copy_of(as_bytes({text, static_cast<std::size_t>(size)}));
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
  constexpr long kVersion3 = 2;
  const EvpKey signer = evp_key_of(key);
  const Certificate certificate{::X509_new()};
  LK_CHECK(certificate != nullptr);
  LK_CHECK(::X509_set_version(certificate.get(), kVersion3) == 1);
  LK_CHECK(set_serial(certificate.get()));
  LK_CHECK(set_name(certificate.get(), name));
  LK_CHECK(set_time(::X509_getm_notBefore(certificate.get()), validity.from));
  LK_CHECK(set_time(::X509_getm_notAfter(certificate.get()), validity.until));
  LK_CHECK(::X509_set_pubkey(certificate.get(), signer.get()) == 1);
  LK_CHECK(::X509_sign(certificate.get(), signer.get(), ::EVP_sha256()) > 0);
  return der_of(certificate.get(), ::i2d_X509);
}

}  // namespace leadkeep::crypto
