#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/public_key.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

namespace leadkeep::crypto {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;

bool is_on_named_curve(const EVP_PKEY* key) {
  std::size_t size = 0;
  return ::EVP_PKEY_get_group_name(key, nullptr, 0, &size) == 1;
}

std::optional<PublicKeyKind> kind_of(const EVP_PKEY* key) {
  if (::EVP_PKEY_is_a(key, "RSA") == 1) {
    return PublicKeyKind{PublicKeyKind::Family::kRsa, ::EVP_PKEY_get_bits(key)};
  }
  if (::EVP_PKEY_is_a(key, "EC") == 1 && is_on_named_curve(key)) {
    return PublicKeyKind{PublicKeyKind::Family::kEc, ::EVP_PKEY_get_bits(key)};
  }
  return std::nullopt;
}

// nullptr for numbers that make no key of this type.
EvpKey public_key_of(const char* type, OSSL_PARAM* parameters) {
  const EvpKeyContext context{::EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  LK_CHECK(context != nullptr && ::EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* key = nullptr;
  const int made = ::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters);
  ::ERR_clear_error();  // of this thread, for whoever reads the queue next
  return made == 1 ? EvpKey{key} : nullptr;
}

// nullptr for a point that is not on the curve.
EvpKey p256_key_of(const P256Point& point) {
  constexpr std::byte kUncompressed{0x04};  // SEC 1 section 2.3.3
  ByteArray<1 + 2 * sizeof(point.x)> encoded{kUncompressed};
  std::ranges::copy(point.y, std::ranges::copy(point.x, encoded.begin() + 1).out);
  std::string group = "P-256";
  std::array parameters{
      ::OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      ::OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size()),
      ::OSSL_PARAM_construct_end()};
  return public_key_of("EC", parameters.data());
}

using Number = std::unique_ptr<BIGNUM, Free<&::BN_free>>;

Number number_of(ByteView big_endian) {
  Number number{::BN_bin2bn(uchars(big_endian.data()), piece_size(big_endian), nullptr)};
  LK_CHECK(number != nullptr);
  return number;
}

EvpKey rsa_key_of(ByteView modulus, ByteView exponent) {
  using Builder = std::unique_ptr<OSSL_PARAM_BLD, Free<&::OSSL_PARAM_BLD_free>>;
  using Parameters = std::unique_ptr<OSSL_PARAM, Free<&::OSSL_PARAM_free>>;
  const Number n = number_of(modulus);
  const Number e = number_of(exponent);
  const Builder builder{::OSSL_PARAM_BLD_new()};
  LK_CHECK(builder != nullptr &&
           ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
           ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  const Parameters parameters{::OSSL_PARAM_BLD_to_param(builder.get())};
  return public_key_of("RSA", parameters.get());
}

}  // namespace

bool PublicKeyKind::is_strong() const noexcept {
  constexpr int kRsaBits = 2048;
  constexpr int kMostRsaBits = 8192;  // a longer one only costs time
  constexpr int kEcBits = 256;
  switch (family) {
    case Family::kRsa:
      return bits >= kRsaBits && bits <= kMostRsaBits;
    case Family::kEc:
      return bits >= kEcBits;
    case Family::kEd25519:
      break;
  }
  return true;
}

struct PublicKey::Handle {
  EvpKey key;
};

PublicKey::PublicKey(std::unique_ptr<Handle> handle, PublicKeyKind kind) noexcept
    : m_handle{std::move(handle)}, m_kind{kind} {}

PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;
PublicKey::~PublicKey() = default;

std::optional<PublicKey> PublicKey::of_handle(Handle handle) {
  const auto kind = handle.key != nullptr ? kind_of(handle.key.get()) : std::nullopt;
  return kind ? std::optional{PublicKey{std::make_unique<Handle>(std::move(handle)), *kind}}
              : std::nullopt;
}

std::optional<PublicKey> PublicKey::parse(ByteView spki) {
  if (spki.size() > kMostBytes) {
    return std::nullopt;
  }
  const unsigned char* at = uchars(spki.data());
  EvpKey key{::d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size()))};
  const bool whole = key != nullptr && at == uchars(spki.data()) + spki.size();
  ::ERR_clear_error();
  return of_handle(whole ? Handle{std::move(key)} : Handle{});
}

std::optional<PublicKey> PublicKey::of_rsa(ByteView modulus, ByteView exponent) {
  constexpr std::size_t kMostModulus = 1024;
  constexpr std::size_t kMostExponent = 8;
  if (modulus.empty() || modulus.size() > kMostModulus || exponent.empty() ||
      exponent.size() > kMostExponent) {
    return std::nullopt;
  }
  return of_handle({rsa_key_of(modulus, exponent)});
}

std::optional<PublicKey> PublicKey::of_p256(const P256Point& point) {
  return of_handle({p256_key_of(point)});
}

std::optional<PublicKey> PublicKey::of_ed25519(const ByteArray<32>& key) {
  EvpKey made{::EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, uchars(key.data()),
                                               key.size())};
  ::ERR_clear_error();
  constexpr PublicKeyKind kKind{PublicKeyKind::Family::kEd25519, 256};
  return made == nullptr
             ? std::nullopt
             : std::optional{PublicKey{std::make_unique<Handle>(Handle{std::move(made)}), kKind}};
}

::evp_pkey_st* PublicKey::share() const {
  LK_CHECK(::EVP_PKEY_up_ref(m_handle->key.get()) == 1);
  return m_handle->key.get();
}

}  // namespace leadkeep::crypto
