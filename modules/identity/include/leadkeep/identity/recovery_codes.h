// leadkeep/identity/recovery_codes.h — log-in path: codes on paper, each good once
//
// 120 random bits, so that a fast hash is enough to store and nobody has to be slowed down who
// guesses. Shown as four groups of six characters of base32; what is typed may have spaces, dashes
// and small letters.
// Threads  any
#pragma once
#include <leadkeep/base/secret.h>

#include <string_view>
#include <vector>

namespace leadkeep::identity::recovery {

inline constexpr std::size_t kCodes = 10;

[[nodiscard]] SecretBytes new_code();
[[nodiscard]] std::vector<SecretBytes> new_codes();  // kCodes

// What is kept of a code; the same however it was typed.
[[nodiscard]] ByteArray<32> hash(const SecretBytes& typed);

}  // namespace leadkeep::identity::recovery
