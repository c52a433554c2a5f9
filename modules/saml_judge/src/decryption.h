// EncryptedAssertion (checks E-01 and E-02). That something could be decrypted proves nothing of who
// wrote it.
#pragma once
#include "document.h"
#include "examination.h"

#include <leadkeep/crypto/rsa.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace leadkeep::saml_judge {

enum class Cbc : std::uint8_t { kRefused, kAllowed };

// One answer, after the same work, for every reason why it does not open.
[[nodiscard]] std::optional<std::string> decrypted(const Element& encrypted_assertion,
                                                   std::span<const crypto::RsaPrivateKey> keys,
                                                   Cbc cbc, Examination& examination);

}  // namespace leadkeep::saml_judge
