#include "ecdsa_form.h"
#include "openssl_bytes.h"
#include "openssl_handles.h"
#include "openssl_sign.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/es256.h>
#include <leadkeep/crypto/public_key.h>
#include <leadkeep/crypto/signature.h>

#include <algorithm>
#include <memory>

#include <openssl/core_names.h>
#include <openssl/ec.h>

namespace leadkeep::crypto {
namespace {

constexpr std::size_t kCoordinate = 32;
constexpr std::byte kUncompressed{0x04};  // SEC 1 section 2.3.3

}  // namespace

Bytes spki_of(const P256Point& point) {
  // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { uncompressed point } }
  constexpr std::array<unsigned char, 27> kHead{
      0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
      0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
  Bytes spki;
  append(spki, std::as_bytes(std::span{kHead}));
  append(spki, point.x);
  append(spki, point.y);
  return spki;
}

SignatureIs verify_es256(const P256Point& key, ByteView data, const ByteArray<64>& signature) {
  const auto parsed = PublicKey::of_p256(key);
  return parsed ? verify_signature(SignatureAlgorithm::kEcdsaSha256, *parsed, data, signature)
                : SignatureIs::kBad;
}

struct Es256Key::Handle {
  EvpKey key;
};

Es256Key::Es256Key(std::unique_ptr<Handle> handle) noexcept : m_handle{std::move(handle)} {}

Es256Key::Es256Key(Es256Key&&) noexcept = default;
Es256Key& Es256Key::operator=(Es256Key&&) noexcept = default;
Es256Key::~Es256Key() = default;

Es256Key Es256Key::generate() {
  EvpKey key{::EVP_EC_gen("P-256")};
  LK_CHECK(key != nullptr);
  return Es256Key{std::make_unique<Handle>(Handle{std::move(key)})};
}

P256Point Es256Key::public_point() const {
  ByteArray<1 + 2 * kCoordinate> encoded{};
  std::size_t size = 0;
  LK_CHECK(::EVP_PKEY_get_octet_string_param(m_handle->key.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                             uchars(encoded.data()), encoded.size(), &size) == 1);
  LK_CHECK(size == encoded.size() && encoded.front() == kUncompressed);
  P256Point point;
  std::copy_n(encoded.begin() + 1, kCoordinate, point.x.begin());
  std::copy_n(encoded.begin() + 1 + kCoordinate, kCoordinate, point.y.begin());
  return point;
}

ByteArray<64> Es256Key::sign(ByteView data) const {
  ByteArray<2 * kCoordinate> signature{};
  from_der(sign_with_sha256(m_handle->key.get(), data), signature);
  return signature;
}

}  // namespace leadkeep::crypto
