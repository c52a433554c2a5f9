#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/public_key.h>

#include <utility>

#include <openssl/err.h>
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

}  // namespace

bool PublicKeyKind::is_strong() const noexcept {
  constexpr int kRsaBits = 2048;
  constexpr int kMostRsaBits = 8192;  // a longer one only costs time
  constexpr int kEcBits = 256;
  return family == Family::kRsa ? bits >= kRsaBits && bits <= kMostRsaBits : bits >= kEcBits;
}

struct PublicKey::Handle {
  EvpKey key;
};

PublicKey::PublicKey(std::unique_ptr<Handle> handle, PublicKeyKind kind) noexcept
    : m_handle{std::move(handle)}, m_kind{kind} {}

PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;
PublicKey::~PublicKey() = default;

std::optional<PublicKey> PublicKey::parse(ByteView spki) {
  if (spki.size() > kMostBytes) {
    return std::nullopt;
  }
  const unsigned char* at = uchars(spki.data());
  EvpKey key{::d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size()))};
  const bool whole = key != nullptr && at == uchars(spki.data()) + spki.size();
  ::ERR_clear_error();
  const auto kind = whole ? kind_of(key.get()) : std::nullopt;
  return kind ? std::optional{PublicKey{std::make_unique<Handle>(Handle{std::move(key)}), *kind}}
              : std::nullopt;
}

::evp_pkey_st* PublicKey::share() const {
  LK_CHECK(::EVP_PKEY_up_ref(m_handle->key.get()) == 1);
  return m_handle->key.get();
}

}  // namespace leadkeep::crypto
