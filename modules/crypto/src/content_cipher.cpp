#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/content_cipher.h>

#include <openssl/err.h>

namespace leadkeep::crypto {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kGcmIv = 12;
constexpr std::size_t kGcmTag = 16;

const EVP_CIPHER* cipher_of(ContentCipher cipher) {
  switch (cipher) {
    case ContentCipher::kAes128Gcm:
      return ::EVP_aes_128_gcm();
    case ContentCipher::kAes256Gcm:
      return ::EVP_aes_256_gcm();
    case ContentCipher::kAes128Cbc:
      return ::EVP_aes_128_cbc();
    case ContentCipher::kAes256Cbc:
      return ::EVP_aes_256_cbc();
  }
  LK_CHECK(false);
}

bool is_gcm(ContentCipher cipher) noexcept {
  return cipher == ContentCipher::kAes128Gcm || cipher == ContentCipher::kAes256Gcm;
}

EvpCipherContext start(ContentCipher cipher, const SecretBytes& key, ByteView iv) {
  EvpCipherContext context{::EVP_CIPHER_CTX_new()};
  LK_CHECK(context != nullptr);
  LK_CHECK(::EVP_DecryptInit_ex2(context.get(), cipher_of(cipher), uchars(key.expose().data()),
                                 uchars(iv.data()), nullptr) == 1);
  return context;
}

SecretBytes decrypt(EVP_CIPHER_CTX* context, ByteView ciphertext) {
  SecretBytes plaintext{ciphertext.size()};
  int written = 0;
  LK_CHECK(::EVP_DecryptUpdate(context, uchars(plaintext.expose_mutable().data()), &written,
                               uchars(ciphertext.data()), piece_size(ciphertext)) == 1);
  LK_CHECK(written == piece_size(ciphertext));
  return plaintext;
}

std::optional<SecretBytes> open_gcm(ContentCipher cipher, const SecretBytes& key, ByteView sealed) {
  if (sealed.size() < kGcmIv + kGcmTag) {
    return std::nullopt;
  }
  const EvpCipherContext context = start(cipher, key, sealed.first(kGcmIv));
  const ByteView tag = sealed.last(kGcmTag);
  LK_CHECK(::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTag,
                                 const_cast<std::byte*>(tag.data())) == 1);
  SecretBytes plaintext =
      decrypt(context.get(), sealed.subspan(kGcmIv, sealed.size() - kGcmIv - kGcmTag));
  unsigned char none = 0;
  int written = 0;
  const bool genuine = ::EVP_DecryptFinal_ex(context.get(), &none, &written) == 1;
  ::ERR_clear_error();
  return genuine ? std::optional{std::move(plaintext)} : std::nullopt;
}

std::optional<SecretBytes> open_cbc(ContentCipher cipher, const SecretBytes& key, ByteView sealed) {
  if (sealed.size() < 2 * kBlock || sealed.size() % kBlock != 0) {
    return std::nullopt;
  }
  const EvpCipherContext context = start(cipher, key, sealed.first(kBlock));
  // XML Encryption pads with any bytes but the last, so the library must not look at them.
  LK_CHECK(::EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
  SecretBytes plaintext = decrypt(context.get(), sealed.subspan(kBlock));
  const auto padding = std::to_integer<std::size_t>(plaintext.expose().back());
  if (padding == 0 || padding > kBlock) {
    return std::nullopt;
  }
  plaintext.cut_to(0, plaintext.size() - padding);
  return plaintext;
}

}  // namespace

std::size_t key_size_of(ContentCipher cipher) noexcept {
  constexpr std::size_t kShort = 16;
  constexpr std::size_t kLong = 32;
  return cipher == ContentCipher::kAes128Gcm || cipher == ContentCipher::kAes128Cbc ? kShort
                                                                                    : kLong;
}

std::optional<SecretBytes> open_content(ContentCipher cipher, const SecretBytes& key,
                                        ByteView sealed) {
  if (key.size() != key_size_of(cipher)) {
    return std::nullopt;
  }
  return is_gcm(cipher) ? open_gcm(cipher, key, sealed) : open_cbc(cipher, key, sealed);
}

}  // namespace leadkeep::crypto
