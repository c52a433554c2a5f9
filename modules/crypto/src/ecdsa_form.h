// A signature by ECDSA in its two forms: r ‖ s, and ASN.1 as OpenSSL has it.
#pragma once
#include <leadkeep/base/bytes.h>

#include <span>

namespace leadkeep::crypto {

// Of an even number of octets.
[[nodiscard]] Bytes der_of(ByteView r_and_s);
// Of a signature that OpenSSL has made on a curve of that size.
void from_der(ByteView der, std::span<std::byte> r_and_s);

}  // namespace leadkeep::crypto
