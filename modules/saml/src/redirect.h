// The HTTP-Redirect binding: a message in the query of an address.
#pragma once
#include <leadkeep/crypto/rsa.h>

#include <string>
#include <string_view>

namespace leadkeep::saml {

// `parameter` is SAMLRequest or SAMLResponse; no RelayState where it is empty.
[[nodiscard]] std::string signed_redirect(std::string_view location, std::string_view parameter,
                                          std::string_view xml, std::string_view relay_state,
                                          const crypto::RsaPrivateKey& key);

}  // namespace leadkeep::saml
