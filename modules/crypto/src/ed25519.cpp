#include "openssl_bytes.h"
#include "openssl_handles.h"
#include "raw_key_access.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/ed25519.h>

namespace leadkeep::crypto {
namespace {

EvpKey ed25519_key(const Key256& seed) {
  const ByteView bytes = RawKeyAccessIssuer::bytes_of(seed);
  EvpKey key{::EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, uchars(bytes.data()),
                                               bytes.size())};
  LK_CHECK(key != nullptr);
  return key;
}

}  // namespace

ByteArray<32> ed25519_public_key(const Key256& seed) {
  const EvpKey key = ed25519_key(seed);
  ByteArray<32> out{};
  std::size_t size = out.size();
  LK_CHECK(::EVP_PKEY_get_raw_public_key(key.get(), uchars(out.data()), &size) == 1 &&
           size == out.size());
  return out;
}

ByteArray<64> ed25519_sign(const Key256& seed, ByteView data) {
  const EvpKey key = ed25519_key(seed);
  const EvpDigestContext digest{::EVP_MD_CTX_new()};
  LK_CHECK(digest != nullptr);
  ByteArray<64> out{};
  std::size_t size = out.size();
  LK_CHECK(::EVP_DigestSignInit_ex(digest.get(), nullptr, nullptr, nullptr, nullptr, key.get(),
                                   nullptr) == 1 &&
           ::EVP_DigestSign(digest.get(), uchars(out.data()), &size, uchars(data.data()),
                            data.size()) == 1 &&
           size == out.size());
  return out;
}

}  // namespace leadkeep::crypto
