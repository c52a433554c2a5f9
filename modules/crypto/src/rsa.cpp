#include "openssl_bytes.h"
#include "openssl_handles.h"
#include "openssl_sign.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/rsa.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace leadkeep::crypto {
namespace {

constexpr int kFewestBits = 2048;
constexpr int kMostBits = 8192;

using Decoder = std::unique_ptr<OSSL_DECODER_CTX, Free<&::OSSL_DECODER_CTX_free>>;

const EVP_MD* digest_of(OaepDigest digest) {
  switch (digest) {
    case OaepDigest::kSha1:
      return ::EVP_sha1();
    case OaepDigest::kSha256:
      return ::EVP_sha256();
    case OaepDigest::kSha384:
      return ::EVP_sha384();
    case OaepDigest::kSha512:
      return ::EVP_sha512();
  }
  LK_CHECK(false);
}

EvpKey decode(ByteView pkcs8) {
  EVP_PKEY* key = nullptr;
  const Decoder decoder{::OSSL_DECODER_CTX_new_for_pkey(&key, nullptr, nullptr, "RSA",
                                                        EVP_PKEY_KEYPAIR, nullptr, nullptr)};
  LK_CHECK(decoder != nullptr);
  const unsigned char* at = uchars(pkcs8.data());
  std::size_t left = pkcs8.size();
  const int decoded = ::OSSL_DECODER_from_data(decoder.get(), &at, &left);
  ::ERR_clear_error();
  return decoded == 1 ? EvpKey{key} : nullptr;
}

bool is_usable(const EVP_PKEY* key) {
  const int bits = ::EVP_PKEY_get_bits(key);
  return bits >= kFewestBits && bits <= kMostBits;
}

// What OpenSSL wrote into a block of its own, copied and wiped.
template <class Write>
SecretBytes der_of(const Write& write) {
  unsigned char* der = nullptr;
  const int size = write(&der);
  LK_CHECK(size > 0);
  SecretBytes copy = SecretBytes::copy_of(
      {reinterpret_cast<const std::byte*>(der), static_cast<std::size_t>(size)});
  ::OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return copy;
}

}  // namespace

struct RsaPrivateKey::Handle {
  EvpKey key;
};

RsaPrivateKey::RsaPrivateKey(std::unique_ptr<Handle> handle) noexcept
    : m_handle{std::move(handle)} {}

RsaPrivateKey::RsaPrivateKey(RsaPrivateKey&&) noexcept = default;
RsaPrivateKey& RsaPrivateKey::operator=(RsaPrivateKey&&) noexcept = default;
RsaPrivateKey::~RsaPrivateKey() = default;

Result<RsaPrivateKey> RsaPrivateKey::parse(const SecretBytes& pkcs8) {
  EvpKey key = decode(pkcs8.expose());
  if (key == nullptr || !is_usable(key.get())) {
    return fail(Errc::kInvalidInput, "not an unencrypted RSA key of 2048 to 8192 bits in PKCS #8");
  }
  return RsaPrivateKey{std::make_unique<Handle>(Handle{std::move(key)})};
}

RsaPrivateKey RsaPrivateKey::generate(int bits) {
  LK_CHECK(bits >= kFewestBits && bits <= kMostBits);
  EvpKey key{::EVP_RSA_gen(static_cast<unsigned int>(bits))};
  LK_CHECK(key != nullptr);
  return RsaPrivateKey{std::make_unique<Handle>(Handle{std::move(key)})};
}

Bytes RsaPrivateKey::public_key() const {
  const SecretBytes der =
      der_of([&](unsigned char** out) { return ::i2d_PUBKEY(m_handle->key.get(), out); });
  return {der.expose().begin(), der.expose().end()};
}

RsaPublicNumbers RsaPrivateKey::public_numbers() const {
  const auto number = [&](const char* name) {
    BIGNUM* value = nullptr;
    LK_CHECK(::EVP_PKEY_get_bn_param(m_handle->key.get(), name, &value) == 1);
    const std::unique_ptr<BIGNUM, Free<&::BN_free>> owned{value};
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(value)));
    ::BN_bn2bin(value, uchars(bytes.data()));
    return bytes;
  };
  return {number(OSSL_PKEY_PARAM_RSA_N), number(OSSL_PKEY_PARAM_RSA_E)};
}

SecretBytes RsaPrivateKey::pkcs8() const {
  using Info = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free<&::PKCS8_PRIV_KEY_INFO_free>>;
  const Info info{::EVP_PKEY2PKCS8(m_handle->key.get())};
  LK_CHECK(info != nullptr);
  return der_of([&](unsigned char** out) { return ::i2d_PKCS8_PRIV_KEY_INFO(info.get(), out); });
}

Bytes RsaPrivateKey::sign_sha256(ByteView data) const {
  return sign_with_sha256(m_handle->key.get(), data);
}

std::optional<SecretBytes> RsaPrivateKey::decrypt_oaep(const Oaep& oaep,
                                                       ByteView ciphertext) const {
  const EvpKeyContext context{::EVP_PKEY_CTX_new_from_pkey(nullptr, m_handle->key.get(), nullptr)};
  LK_CHECK(context != nullptr && ::EVP_PKEY_decrypt_init(context.get()) == 1);
  LK_CHECK(::EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1);
  LK_CHECK(::EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), digest_of(oaep.label)) == 1);
  LK_CHECK(::EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), digest_of(oaep.mgf1)) == 1);
  SecretBytes plaintext{static_cast<std::size_t>(::EVP_PKEY_get_size(m_handle->key.get()))};
  std::size_t size = plaintext.size();
  const int opened = ::EVP_PKEY_decrypt(context.get(), uchars(plaintext.expose_mutable().data()),
                                        &size, uchars(ciphertext.data()), ciphertext.size());
  ::ERR_clear_error();
  if (opened != 1) {
    return std::nullopt;
  }
  plaintext.cut_to(0, size);
  return plaintext;
}

}  // namespace leadkeep::crypto
