// leadkeep/crypto/public_key.h — what kind of key somebody else signs with
//
// Takes    a SubjectPublicKeyInfo, DER
// Yields   its kind and strength; the signatures themselves are verified elsewhere
// Refuses  nothing where it is not exactly one key of these kinds
// Source   RFC 5280 section 4.1.2.7; SP 800-57 for what is strong enough
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>

#include <cstdint>
#include <optional>

namespace leadkeep::crypto {

struct PublicKeyKind {
  enum class Family : std::uint8_t { kRsa, kEc } family;
  int bits = 0;

  // RSA with 2048 bits or more, P-256 and larger.
  [[nodiscard]] bool is_strong() const noexcept;
};

[[nodiscard]] std::optional<PublicKeyKind> kind_of_public_key(ByteView spki);

}  // namespace leadkeep::crypto
