#include "commitment_label.h"
#include "raw_key_access.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/wrap.h>

#include <algorithm>

namespace leadkeep::crypto {

Bytes wrap_key(const Key256& wrapping, const Key256& key, ByteView bound_to) {
  const Nonce nonce = new_nonce();
  Bytes wrapped;
  wrapped.reserve(kWrappedKeySize);
  append(wrapped, nonce);
  seal(wrapping, nonce, bound_to, RawKeyAccessIssuer::bytes_of(key), wrapped);
  return wrapped;
}

Result<Key256> unwrap_key(const Key256& wrapping, ByteView wrapped, ByteView bound_to) {
  if (wrapped.size() != kWrappedKeySize) {
    return fail(Errc::kCorrupt, "a wrapped key has 72 bytes");
  }
  Nonce nonce;
  std::ranges::copy(wrapped.first(kNonceSize), nonce.begin());
  LK_TRY(const SecretBytes key, open(wrapping, nonce, bound_to, wrapped.subspan(kNonceSize)));
  return Key256::from_bytes(key.expose());
}

ByteArray<32> commit_to_key(const Key256& key, ByteView what) {
  return hmac_sha256(key, {as_bytes(kCommitmentLabel), what});
}

}  // namespace leadkeep::crypto
