#include "openssl_bytes.h"
#include "openssl_handles.h"
#include "openssl_sign.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/es256.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>

namespace leadkeep::crypto {
namespace {

constexpr std::size_t kCoordinate = 32;
constexpr std::byte kUncompressed{0x04};  // SEC 1 section 2.3.3

using Signature = std::unique_ptr<ECDSA_SIG, Free<&::ECDSA_SIG_free>>;
using Number = std::unique_ptr<BIGNUM, Free<&::BN_free>>;

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

Number number_of(ByteView bytes) {
  Number number{::BN_bin2bn(uchars(bytes.data()), piece_size(bytes), nullptr)};
  LK_CHECK(number != nullptr);
  return number;
}

// r ‖ s as the library takes it: ASN.1.
Bytes der_of(ByteView signature) {
  Number r = number_of(signature.first(kCoordinate));
  Number s = number_of(signature.last(kCoordinate));
  const Signature both{::ECDSA_SIG_new()};
  LK_CHECK(both != nullptr && ::ECDSA_SIG_set0(both.get(), r.release(), s.release()) == 1);
  const int size = ::i2d_ECDSA_SIG(both.get(), nullptr);
  LK_CHECK(size > 0);
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* out = uchars(der.data());
  LK_CHECK(::i2d_ECDSA_SIG(both.get(), &out) == size);
  return der;
}

// The other way around.
ByteArray<64> both_of(ByteView der) {
  const unsigned char* in = uchars(der.data());
  const Signature both{::d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size()))};
  LK_CHECK(both != nullptr);
  ByteArray<2 * kCoordinate> signature{};
  LK_CHECK(::BN_bn2binpad(::ECDSA_SIG_get0_r(both.get()), uchars(signature.data()), kCoordinate) ==
           kCoordinate);
  LK_CHECK(::BN_bn2binpad(::ECDSA_SIG_get0_s(both.get()), uchars(signature.data() + kCoordinate),
                          kCoordinate) == kCoordinate);
  return signature;
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
  return both_of(sign_with_sha256(m_handle->key.get(), data));
}

}  // namespace leadkeep::crypto
