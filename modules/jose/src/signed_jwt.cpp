#include <leadkeep/base/bytes.h>
#include <leadkeep/jose/signed_jwt.h>

namespace leadkeep::jose {

std::string sign_rs256(const crypto::RsaPrivateKey& key, std::string_view header,
                       std::string_view claims) {
  const std::string text = to_base64url(as_bytes(header)) + "." + to_base64url(as_bytes(claims));
  return text + "." + to_base64url(key.sign_sha256(as_bytes(text)));
}

}  // namespace leadkeep::jose
