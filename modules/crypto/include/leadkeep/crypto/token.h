// leadkeep/crypto/token.h — a bearer secret: given out once as text, kept as its hash
//
// 32 random bytes in base64url. SHA-256 is enough to keep of them, as nobody can guess what it is
// of.
#pragma once
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>

#include <string>

namespace leadkeep::crypto::token {

inline constexpr std::size_t kRandomBytes = 32;
inline constexpr std::size_t kCharacters = 43;

[[nodiscard]] inline SecretBytes draw() {
  const SecretBytes random = random_secret(kRandomBytes);
  std::string text = to_base64url(random.expose());
  SecretBytes token = SecretBytes::copy_of(as_bytes(text));
  wipe(text);
  return token;
}

[[nodiscard]] inline Bytes hash_of(ByteView text) {
  const auto hash = sha256({text});
  return {hash.begin(), hash.end()};
}

}  // namespace leadkeep::crypto::token
