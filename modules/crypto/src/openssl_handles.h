// OpenSSL's objects, freed when they leave scope.
#pragma once
#include <memory>

#include <openssl/evp.h>

namespace leadkeep::crypto {

template <auto release>
struct Free {
  template <class T>
  void operator()(T* object) const noexcept {
    release(object);
  }
};

using EvpKey = std::unique_ptr<EVP_PKEY, Free<&::EVP_PKEY_free>>;
using EvpKeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<&::EVP_PKEY_CTX_free>>;
using EvpDigestContext = std::unique_ptr<EVP_MD_CTX, Free<&::EVP_MD_CTX_free>>;
using EvpCipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free<&::EVP_CIPHER_CTX_free>>;

}  // namespace leadkeep::crypto
