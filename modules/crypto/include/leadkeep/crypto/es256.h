// leadkeep/crypto/es256.h — ECDSA with P-256 and SHA-256: verify, and sign
//
// Takes    a public key as its two coordinates, the signature as r ‖ s
// Refuses  kBad for a point that is not on the curve, as for a signature that is not of the data
// Source   FIPS 186-5; RFC 7518 section 3.4 (the form of the signature)
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>

#include <cstdint>
#include <memory>

namespace leadkeep::crypto {

struct P256Point {
  ByteArray<32> x{};
  ByteArray<32> y{};
};

// SubjectPublicKeyInfo, DER, as certificates have it; the point is not looked at (RFC 5480 section 2).
[[nodiscard]] Bytes spki_of(const P256Point& point);

enum class SignatureIs : std::uint8_t { kGood, kBad };

[[nodiscard]] SignatureIs verify_es256(const P256Point& key, ByteView data,
                                       const ByteArray<64>& signature);

// A key that signs; made for the life of this object and never written anywhere.
class Es256Key {
 public:
  [[nodiscard]] static Es256Key generate();

  Es256Key(Es256Key&&) noexcept;
  Es256Key& operator=(Es256Key&&) noexcept;
  ~Es256Key();

  [[nodiscard]] P256Point public_point() const;
  [[nodiscard]] ByteArray<64> sign(ByteView data) const;

 private:
  struct Handle;
  explicit Es256Key(std::unique_ptr<Handle> handle) noexcept;

  std::unique_ptr<Handle> m_handle;
};

}  // namespace leadkeep::crypto
