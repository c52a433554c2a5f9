// leadkeep/saml/signature_algorithms.h — the signature algorithms that are taken, by their URIs
//
// One list for signatures in XML and over queries (checks S-03 and L-02): RSA and ECDSA with SHA-2.
//
// Source   XML Signature 1.1 sections 6.4.2 and 6.4.3
// Threads  any; stateless
#pragma once
#include <leadkeep/crypto/signature.h>

#include <optional>
#include <string_view>

namespace leadkeep::saml {

// Nothing for any other.
[[nodiscard]] std::optional<crypto::SignatureAlgorithm> signature_algorithm_of(
    std::string_view uri) noexcept;

}  // namespace leadkeep::saml
