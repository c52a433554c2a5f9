// leadkeep/crypto/password_hash.h — passwords: Argon2id
//
// Takes    a password; for a check, the PHC string that was stored:
//          $argon2id$v=19$m=19456,t=2,p=1$<salt, 16 bytes>$<tag, 32 bytes>   (base64, no padding)
// Refuses  kUnavailable        no memory for the hash (19 MiB)
// Cost     m = 19456 KiB, t = 2, p = 1: the OWASP Password Storage Cheat Sheet's setting. At most
//          four hashes run at once in the process, so that a flood of log-ins takes at most 76 MiB;
//          the others wait.
// Source   RFC 9106; C2SP and P-H-C string format
// Threads  any; a call takes tens of milliseconds
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

#include <string>
#include <string_view>

namespace leadkeep::crypto {

[[nodiscard]] Result<std::string> hash_password(const SecretBytes& password);

enum class PasswordMatch { kMatches, kDiffers };

// A malformed string, another variant or version, a short salt or tag, and a cost above 64 MiB, ten
// passes or four lanes are kDiffers: a changed record can neither weaken the check nor exhaust the
// memory. So is a check for which there is no memory.
[[nodiscard]] PasswordMatch check_password(const SecretBytes& password, std::string_view phc);

// Does the work of a check that fails. Called for an unknown user, it keeps the time of the answer
// from telling which names exist.
void spend_password_check_time(const SecretBytes& password);

}  // namespace leadkeep::crypto
