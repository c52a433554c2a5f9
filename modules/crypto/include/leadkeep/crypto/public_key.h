// leadkeep/crypto/public_key.h — the key that somebody else signs with
//
// Reading one costs more than verifying with it: whoever needs it twice keeps it.
//
// Takes    a SubjectPublicKeyInfo, DER; or the numbers of a key, as a JSON Web Key has them
// Yields   its kind and strength; signatures are verified by signature.h
// Refuses  nothing where it is not exactly one key of these kinds
// Source   RFC 5280 section 4.1.2.7; SP 800-57 for what is strong enough
// Threads  const members from any thread
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/es256.h>

#include <cstdint>
#include <memory>
#include <optional>

struct evp_pkey_st;  // OpenSSL's

namespace leadkeep::crypto {

struct PublicKeyKind {
  enum class Family : std::uint8_t { kRsa, kEc, kEd25519 } family;
  int bits = 0;

  // RSA with 2048 bits or more, P-256 and larger, Ed25519.
  [[nodiscard]] bool is_strong() const noexcept;
};

class PublicKey {
 public:
  // Of RSA or elliptic curves.
  [[nodiscard]] static std::optional<PublicKey> parse(ByteView spki);
  // Big-endian.
  [[nodiscard]] static std::optional<PublicKey> of_rsa(ByteView modulus, ByteView exponent);
  // Nothing for a point that is not on the curve.
  [[nodiscard]] static std::optional<PublicKey> of_p256(const P256Point& point);
  [[nodiscard]] static std::optional<PublicKey> of_ed25519(const ByteArray<32>& key);

  PublicKey(PublicKey&&) noexcept;
  PublicKey& operator=(PublicKey&&) noexcept;
  ~PublicKey();

  [[nodiscard]] const PublicKeyKind& kind() const noexcept { return m_kind; }

  // One reference more, which is the caller's to free: for a library that is built on OpenSSL as well.
  [[nodiscard]] ::evp_pkey_st* share() const;

 private:
  struct Handle;
  PublicKey(std::unique_ptr<Handle> handle, PublicKeyKind kind) noexcept;
  [[nodiscard]] static std::optional<PublicKey> of_handle(Handle handle);

  std::unique_ptr<Handle> m_handle;
  PublicKeyKind m_kind;
};

}  // namespace leadkeep::crypto
