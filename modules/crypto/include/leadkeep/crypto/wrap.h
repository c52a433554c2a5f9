// leadkeep/crypto/wrap.h — a key encrypted by another key, and commitments to keys
//
//   wrapped key   nonce (24) ‖ ciphertext (32) ‖ tag (16)        72 bytes, XAES-256-GCM
//   commitment    HMAC-SHA256(key, "leadkeep/commit/1" ‖ what)   32 bytes
//
// Takes    `bound_to`, `what`: the identity of the key, in an encoding of the caller's that cannot
//          mean two identities; a wrapped key that was moved to another identity does not unwrap
// Refuses  kCorrupt            not 72 bytes, another wrapping key, another `bound_to`, a changed
// bit Use      A wrapping key wraps and does nothing else. GCM is not key-committing: one
// ciphertext can
//          be made that opens under two keys. Who stores a wrapped key therefore stores its
//          commitment too, and compares it after unwrapping.
// Threads  any
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/aead.h>
#include <leadkeep/crypto/key.h>

namespace leadkeep::crypto {

inline constexpr std::size_t kWrappedKeySize = kNonceSize + kKeySize + kTagSize;

[[nodiscard]] Bytes wrap_key(const Key256& wrapping, const Key256& key, ByteView bound_to);

[[nodiscard]] Result<Key256> unwrap_key(const Key256& wrapping, ByteView wrapped,
                                        ByteView bound_to);

[[nodiscard]] ByteArray<32> commit_to_key(const Key256& key, ByteView what);

}  // namespace leadkeep::crypto
