// leadkeep/jose/jwk.h — a public key as JSON
//
// Refuses  nothing for another kind of key, and for one with a private part
// Source   RFC 7517, RFC 7518 section 6, RFC 8037 section 2; RFC 7638 (thumbprints)
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/es256.h>
#include <leadkeep/crypto/public_key.h>
#include <leadkeep/crypto/rsa.h>
#include <leadkeep/json/value.h>

#include <optional>
#include <string>

namespace leadkeep::jose {

// Of P-256.
[[nodiscard]] std::optional<crypto::P256Point> point_of(json::Value jwk);
// Of RSA, P-256 or Ed25519, and strong enough.
[[nodiscard]] std::optional<crypto::PublicKey> key_of(json::Value jwk);

// With the members that RFC 7638 section 3.2 takes, in its order.
[[nodiscard]] std::string jwk_of(const crypto::P256Point& point);
[[nodiscard]] std::string jwk_of(const crypto::RsaPublicNumbers& numbers);
// SHA-256 of that.
[[nodiscard]] ByteArray<32> thumbprint_of(const crypto::P256Point& point);
[[nodiscard]] ByteArray<32> thumbprint_of(const crypto::RsaPublicNumbers& numbers);

}  // namespace leadkeep::jose
