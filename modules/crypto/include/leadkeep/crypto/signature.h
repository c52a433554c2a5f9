// leadkeep/crypto/signature.h — a signature of somebody else, over octets as they are
//
// Takes    a signature by ECDSA as r ‖ s
// Refuses  kBad for a key that is not of the algorithm's kind or too weak, as for a signature that is
//          not of the data
// Source   RFC 8017 sections 8.1 and 8.2, FIPS 186-5, RFC 8032; XML Signature 1.1 sections 6.4.2 and
//          6.4.3, RFC 7518 section 3
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/es256.h>
#include <leadkeep/crypto/public_key.h>

#include <cstdint>

namespace leadkeep::crypto {

enum class SignatureAlgorithm : std::uint8_t {
  kRsaSha256,
  kRsaSha384,
  kRsaSha512,
  kEcdsaSha256,
  kEcdsaSha384,
  kEcdsaSha512,
  kRsaPssSha256,  // with a salt as long as the hash
  kEd25519,
};

// Of the keys that it takes.
[[nodiscard]] PublicKeyKind::Family family_of(SignatureAlgorithm algorithm) noexcept;

[[nodiscard]] SignatureIs verify_signature(SignatureAlgorithm algorithm, const PublicKey& key,
                                           ByteView data, ByteView signature);

}  // namespace leadkeep::crypto
