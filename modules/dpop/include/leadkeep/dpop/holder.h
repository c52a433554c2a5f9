// leadkeep/dpop/holder.h — the other side: who has a key makes proofs with it
//
// For programs that speak as a browser does; a page does it with WebCrypto.
// Source   RFC 9449 section 4.2
// Threads  any
#pragma once
#include <leadkeep/crypto/es256.h>
#include <leadkeep/dpop/proof.h>

#include <string>
#include <string_view>

namespace leadkeep::dpop {

class Holder {
 public:
  Holder() : m_key{crypto::Es256Key::generate()} {}

  [[nodiscard]] Thumbprint thumbprint() const;
  // SubjectPublicKeyInfo, DER: what a client's registered key is known by.
  [[nodiscard]] Bytes public_key() const;
  // The value of the DPoP field of a request to origin and path. Without a nonce it gets one told.
  [[nodiscard]] std::string prove(const ProvenRequest& request, std::string_view origin,
                                  std::string_view nonce, Timestamp now) const;

 private:
  crypto::Es256Key m_key;
};

}  // namespace leadkeep::dpop
