// XML of ours, written in the form that exclusive canonicalisation would give it: so it can be signed
// without a parser.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/rsa.h>

#include <string>
#include <string_view>

namespace leadkeep::saml {

[[nodiscard]] std::string escape_attribute(std::string_view text);
[[nodiscard]] std::string escape_text(std::string_view text);
[[nodiscard]] std::string to_date_time(Timestamp time);  // xs:dateTime, whole seconds

// ds:Signature of an element with this id, which is `canonical` while the signature is not in it.
// Exclusive canonicalisation, RSA and SHA-256.
[[nodiscard]] std::string enveloped_signature(std::string_view canonical, std::string_view id,
                                              const crypto::RsaPrivateKey& key);

}  // namespace leadkeep::saml
