// leadkeep/crypto/certificate.h — X.509 certificates as envelopes of a key
//
// In SAML the key is trusted, because an administrator confirmed it, and no certificate authority is
// asked: a certificate only carries the key from one side to the other.
//
// Takes    a certificate, DER; or certificates in PEM
// Yields   the key in it; or one of ours in a certificate that it signed itself
// Refuses  nothing where it is not exactly one certificate; its dates and issuer are not looked at
// Source   RFC 5280 section 4.1; SAML 2.0 metadata interoperability profile section 2.6.1
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/rsa.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::crypto {

struct CertifiedKey {
  Bytes public_key;            // SubjectPublicKeyInfo, DER
  Timestamp certificate_ends;  // notAfter
};

[[nodiscard]] std::optional<CertifiedKey> key_of_certificate(ByteView certificate);
// DER. Empty for none, and where one of them is none.
[[nodiscard]] std::vector<Bytes> certificates_of_pem(std::string_view pem);
// Of what is a certificate.
[[nodiscard]] std::string certificate_to_pem(ByteView certificate);
// Empty for none, and where one of them is none.
[[nodiscard]] std::vector<CertifiedKey> keys_of_pem_certificates(std::string_view pem);

struct Validity {
  Timestamp from;  // whole seconds count
  Timestamp until;
};

// `name` is the subject's common name, of 1 to 64 characters of ASCII. DER; RSA with SHA-256.
[[nodiscard]] Bytes self_signed_certificate(const RsaPrivateKey& key, std::string_view name,
                                            const Validity& validity);

// A key of ours and the certificate that carries it to others.
struct KeyPair {
  RsaPrivateKey key;
  Bytes certificate;  // DER
};

// PEM: the key in PKCS #8, without a passphrase, and the certificate.
[[nodiscard]] SecretBytes to_pem(const KeyPair& pair);
// kInvalidInput for what is not that, in this order, or where the certificate is of another key.
[[nodiscard]] Result<KeyPair> read_key_pair(const SecretBytes& pem);

}  // namespace leadkeep::crypto
