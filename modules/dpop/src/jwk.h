// A public key of P-256 as JSON: RFC 7517, RFC 7518 section 6.2.
#pragma once
#include <leadkeep/crypto/es256.h>
#include <leadkeep/dpop/proof.h>
#include <leadkeep/json/value.h>

#include <optional>
#include <string>

namespace leadkeep::dpop {

// Nothing for another kind of key, and for a private one.
[[nodiscard]] std::optional<crypto::P256Point> point_of(json::Value jwk);
// With the members that RFC 7638 section 3.2 takes, in its order.
[[nodiscard]] std::string jwk_of(const crypto::P256Point& point);
[[nodiscard]] Thumbprint thumbprint_of(const crypto::P256Point& point);

}  // namespace leadkeep::dpop
