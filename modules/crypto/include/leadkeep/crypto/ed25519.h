// leadkeep/crypto/ed25519.h — the key that signs what auditors keep
//
// The seed is the private key of RFC 8032, so that a Key256 of the key store is one. Whoever verifies
// uses signature.h.
//
// Source   RFC 8032 section 5.1, and its vectors
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/key.h>

namespace leadkeep::crypto {

[[nodiscard]] ByteArray<32> ed25519_public_key(const Key256& seed);
[[nodiscard]] ByteArray<64> ed25519_sign(const Key256& seed, ByteView data);

}  // namespace leadkeep::crypto
