#include "x509_parts.h"

#include <leadkeep/crypto/certificate_request.h>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace leadkeep::crypto {
namespace {

using Request = std::unique_ptr<X509_REQ, Free<&::X509_REQ_free>>;

constexpr std::size_t kMostRequestBytes = 16 * 1024;

// A passphrase is never asked for.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

SecretBytes new_private_key() {
  const EvpKey key{::EVP_EC_gen("P-256")};
  const Bio out{::BIO_new(::BIO_s_secmem())};
  LK_CHECK(key != nullptr && out != nullptr);
  LK_CHECK(::PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                           nullptr) == 1);
  return SecretBytes::copy_of(content_of(out.get()));
}

std::optional<std::string> certificate_request_for(const SecretBytes& private_key) {
  if (private_key.empty()) {
    return std::nullopt;
  }
  const Bio in{::BIO_new_mem_buf(private_key.expose().data(), piece_size(private_key.expose()))};
  LK_CHECK(in != nullptr);
  const EvpKey key{::PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr)};
  const Request request{::X509_REQ_new()};
  const Bio out{::BIO_new(::BIO_s_mem())};
  LK_CHECK(request != nullptr && out != nullptr);
  const bool made = key != nullptr && ::X509_REQ_set_version(request.get(), 0) == 1 &&
                    ::X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
                    ::X509_REQ_sign(request.get(), key.get(), ::EVP_sha256()) > 0 &&
                    ::PEM_write_bio_X509_REQ(out.get(), request.get()) == 1;
  ::ERR_clear_error();
  std::string pem = made ? std::string{as_text(content_of(out.get()))} : std::string{};
  return read_certificate_request(pem) ? std::optional{std::move(pem)} : std::nullopt;
}

std::optional<Bytes> read_certificate_request(std::string_view pem) {
  if (pem.empty() || pem.size() > kMostRequestBytes) {
    return std::nullopt;
  }
  const Bio in{::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  LK_CHECK(in != nullptr);
  const Request request{::PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr)};
  EVP_PKEY* key = request == nullptr ? nullptr : ::X509_REQ_get0_pubkey(request.get());
  std::optional<Bytes> found;
  if (key != nullptr && ::X509_REQ_verify(request.get(), key) == 1) {
    Bytes spki = der_of(::X509_REQ_get_X509_PUBKEY(request.get()), ::i2d_X509_PUBKEY);
    if (is_strong_key(spki)) {
      found = std::move(spki);
    }
  }
  ::ERR_clear_error();
  return found;
}

}  // namespace leadkeep::crypto
