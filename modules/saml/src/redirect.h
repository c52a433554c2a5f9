// The HTTP-Redirect binding: a message in the query of an address.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/rsa.h>

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::saml {

// `parameter` is SAMLRequest or SAMLResponse; no RelayState where it is empty.
[[nodiscard]] std::string signed_redirect(std::string_view location, std::string_view parameter,
                                          std::string_view xml, std::string_view relay_state,
                                          const crypto::RsaPrivateKey& key);

// Raw DEFLATE; nothing for what is not whole, has something behind it, or is more than `limit` bytes.
[[nodiscard]] std::optional<std::string> inflated(ByteView deflated, std::size_t limit);

}  // namespace leadkeep::saml
