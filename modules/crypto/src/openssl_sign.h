// A signature with SHA-256 by a private key of OpenSSL's.
#pragma once
#include <leadkeep/base/bytes.h>

#include <openssl/evp.h>

namespace leadkeep::crypto {

// As the library writes it: of RSA, PKCS1-v1_5; of ECDSA, ASN.1.
[[nodiscard]] Bytes sign_with_sha256(EVP_PKEY* key, ByteView data);

}  // namespace leadkeep::crypto
