// leadkeep/crypto/certificate_request.h — somebody who has a key asks for its certificate
//
// Takes    a private key in PEM without a passphrase, RSA from 2048 bits or EC from P-256
// Yields   PKCS #10, PEM, signed with that key; its names are empty, as nobody looks at them here
// Refuses  nothing where it is not exactly that
// Source   RFC 2986
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/secret.h>

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::crypto {

// On P-256; PKCS #8, PEM.
[[nodiscard]] SecretBytes new_private_key();
[[nodiscard]] std::optional<std::string> certificate_request_for(const SecretBytes& private_key);

// The public key (SubjectPublicKeyInfo, DER) that a request is for, once it was shown that whoever made
// it has the private one.
[[nodiscard]] std::optional<Bytes> read_certificate_request(std::string_view pem);

}  // namespace leadkeep::crypto
