// leadkeep/jose/signed_jwt.h — a JSON Web Token of ours
//
// Takes    header and claims as JSON objects; the header names RS256
// Yields   header.claims.signature
// Source   RFC 7515 section 5.1, RFC 7519
// Threads  any; stateless
#pragma once
#include <leadkeep/crypto/rsa.h>

#include <string>
#include <string_view>

namespace leadkeep::jose {

[[nodiscard]] std::string sign_rs256(const crypto::RsaPrivateKey& key, std::string_view header,
                                     std::string_view claims);

}  // namespace leadkeep::jose
