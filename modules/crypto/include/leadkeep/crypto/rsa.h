// leadkeep/crypto/rsa.h — an RSA key of ours: signs, and opens what was encrypted to it
//
// Takes    PKCS #8, DER or PEM, unencrypted
// Refuses  kInvalidInput for what is not an RSA key of 2048 to 8192 bits
// Source   RFC 8017 sections 7.1 (OAEP) and 8.2 (PKCS1-v1_5 signatures)
// Memory   OpenSSL's, which it wipes when the key dies
// Threads  const members from any thread
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace leadkeep::crypto {

enum class OaepDigest : std::uint8_t { kSha1, kSha256, kSha384, kSha512 };

struct Oaep {
  OaepDigest label = OaepDigest::kSha1;  // of the label, which is empty
  OaepDigest mgf1 = OaepDigest::kSha1;
};

// Big-endian, without leading zeros.
struct RsaPublicNumbers {
  Bytes modulus;
  Bytes exponent;
};

class RsaPrivateKey {
 public:
  [[nodiscard]] static Result<RsaPrivateKey> parse(const SecretBytes& pkcs8);
  [[nodiscard]] static RsaPrivateKey generate(int bits);

  RsaPrivateKey(RsaPrivateKey&&) noexcept;
  RsaPrivateKey& operator=(RsaPrivateKey&&) noexcept;
  ~RsaPrivateKey();

  // SubjectPublicKeyInfo, DER.
  [[nodiscard]] Bytes public_key() const;
  [[nodiscard]] RsaPublicNumbers public_numbers() const;
  // PKCS #8, DER.
  [[nodiscard]] SecretBytes pkcs8() const;

  // RSASSA-PKCS1-v1_5 with SHA-256.
  [[nodiscard]] Bytes sign_sha256(ByteView data) const;

  // Nothing for what was not encrypted to this key so. Whoever tells the sender which it was makes
  // an oracle.
  [[nodiscard]] std::optional<SecretBytes> decrypt_oaep(const Oaep& oaep,
                                                        ByteView ciphertext) const;

 private:
  struct Handle;
  explicit RsaPrivateKey(std::unique_ptr<Handle> handle) noexcept;

  std::unique_ptr<Handle> m_handle;
};

}  // namespace leadkeep::crypto
