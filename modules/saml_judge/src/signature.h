// XML Signature as SAML uses it: enveloped, over the element that holds it (checks S-02 to S-06).
//
// The shape is looked at first, so that the library sees only what it may do: it would follow
// references and run transforms before it looks at the signature value.
#pragma once
#include "document.h"
#include "examination.h"

#include <leadkeep/crypto/public_key.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace leadkeep::saml_judge {

// The signature that is a child of `element`, if there is one. Two are refused (S-02).
struct Signed {
  Element element;
  Element signature;
};

[[nodiscard]] std::optional<Element> signature_of(const Element& element, Examination& examination);

struct SigningKey {
  Bytes spki;
  crypto::PublicKey key;
};

// Without those that are none.
[[nodiscard]] std::vector<SigningKey> parsed_keys(std::span<const Bytes> spkis);

struct SignedOctets {
  std::string octets;
  Bytes key;  // that verified them
};

// S-02 to S-04.
[[nodiscard]] bool has_usual_shape(const Signed& part, Examination& examination);

// The octets that were signed, which is all that may be read from then on; nothing if no key fits.
// S-05, S-06.
[[nodiscard]] std::optional<SignedOctets> verified_octets(const Document& document,
                                                          const Signed& part,
                                                          std::span<const SigningKey> keys,
                                                          Examination& examination);

}  // namespace leadkeep::saml_judge
