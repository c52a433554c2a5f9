#include "ecdsa_form.h"
#include "openssl_bytes.h"
#include "openssl_handles.h"
#include "openssl_sign.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/es256.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>

namespace leadkeep::crypto {
namespace {

constexpr std::size_t kCoordinate = 32;
constexpr std::byte kUncompressed{0x04};  // SEC 1 section 2.3.3

// Nothing for a point that is not on the curve.
EvpKey key_of(const P256Point& point) {
  ByteArray<1 + 2 * kCoordinate> encoded{kUncompressed};
  std::ranges::copy(point.y, std::ranges::copy(point.x, encoded.begin() + 1).out);
  std::string group = "P-256";
  const std::array parameters{
      ::OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      ::OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size()),
      ::OSSL_PARAM_construct_end()};
  const EvpKeyContext context{::EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
  LK_CHECK(context != nullptr && ::EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* key = nullptr;
  auto copy = parameters;  // the library takes them as changeable
  if (::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, copy.data()) != 1) {
    return nullptr;
  }
  return EvpKey{key};
}

}  // namespace

SignatureIs verify_es256(const P256Point& key, ByteView data, const ByteArray<64>& signature) {
  const EvpKey parsed = key_of(key);
  const EvpDigestContext digest{::EVP_MD_CTX_new()};
  LK_CHECK(digest != nullptr);
  const Bytes der = der_of(signature);
  const bool good = parsed != nullptr &&
                    ::EVP_DigestVerifyInit_ex(digest.get(), nullptr, "SHA256", nullptr, nullptr,
                                              parsed.get(), nullptr) == 1 &&
                    ::EVP_DigestVerify(digest.get(), uchars(der.data()), der.size(),
                                       uchars(data.data()), data.size()) == 1;
  ::ERR_clear_error();  // of this thread, for whoever reads the queue next
  return good ? SignatureIs::kGood : SignatureIs::kBad;
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
