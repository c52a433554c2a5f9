#include "openssl_sign.h"

#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/base/check.h>

namespace leadkeep::crypto {

Bytes sign_with_sha256(EVP_PKEY* key, ByteView data) {
  const EvpDigestContext digest{::EVP_MD_CTX_new()};
  LK_CHECK(digest != nullptr);
  LK_CHECK(::EVP_DigestSignInit_ex(digest.get(), nullptr, "SHA256", nullptr, nullptr, key,
                                   nullptr) == 1);
  Bytes signature(static_cast<std::size_t>(::EVP_PKEY_get_size(key)));
  std::size_t size = signature.size();
  LK_CHECK(::EVP_DigestSign(digest.get(), uchars(signature.data()), &size, uchars(data.data()),
                            data.size()) == 1);
  signature.resize(size);
  return signature;
}

}  // namespace leadkeep::crypto
