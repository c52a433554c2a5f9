#include "ecdsa_form.h"
#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/signature.h>

#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/rsa.h>

namespace leadkeep::crypto {
namespace {

using Family = PublicKeyKind::Family;

struct Method {
  SignatureAlgorithm algorithm;
  Family family;
  const char* digest;  // nullptr: the algorithm has its own
};

constexpr std::array kMethods{Method{SignatureAlgorithm::kRsaSha256, Family::kRsa, "SHA256"},
                              Method{SignatureAlgorithm::kRsaSha384, Family::kRsa, "SHA384"},
                              Method{SignatureAlgorithm::kRsaSha512, Family::kRsa, "SHA512"},
                              Method{SignatureAlgorithm::kEcdsaSha256, Family::kEc, "SHA256"},
                              Method{SignatureAlgorithm::kEcdsaSha384, Family::kEc, "SHA384"},
                              Method{SignatureAlgorithm::kEcdsaSha512, Family::kEc, "SHA512"},
                              Method{SignatureAlgorithm::kRsaPssSha256, Family::kRsa, "SHA256"},
                              Method{SignatureAlgorithm::kEd25519, Family::kEd25519, nullptr}};

const Method& method_of(SignatureAlgorithm algorithm) noexcept {
  return *std::ranges::find(kMethods, algorithm, &Method::algorithm);
}

// r and s are as long as the order of the curve, which is what its bits are.
std::size_t ecdsa_size(int bits) noexcept {
  constexpr int kOctet = 8;
  return 2 * static_cast<std::size_t>((bits + kOctet - 1) / kOctet);
}

bool set_padding(EVP_PKEY_CTX* context, SignatureAlgorithm algorithm) {
  return algorithm != SignatureAlgorithm::kRsaPssSha256 ||
         (::EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
          ::EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

}  // namespace

PublicKeyKind::Family family_of(SignatureAlgorithm algorithm) noexcept {
  return method_of(algorithm).family;
}

SignatureIs verify_signature(SignatureAlgorithm algorithm, const PublicKey& key, ByteView data,
                             ByteView signature) {
  const Method& method = method_of(algorithm);
  const PublicKeyKind& kind = key.kind();
  if (kind.family != method.family || !kind.is_strong() || signature.empty()) {
    return SignatureIs::kBad;
  }
  Bytes der;
  if (kind.family == Family::kEc) {
    if (signature.size() != ecdsa_size(kind.bits)) {
      return SignatureIs::kBad;
    }
    der = der_of(signature);
    signature = der;
  }
  const EvpKey shared{key.share()};
  const EvpDigestContext digest{::EVP_MD_CTX_new()};
  LK_CHECK(digest != nullptr);
  EVP_PKEY_CTX* context = nullptr;  // the digest's
  const bool good = ::EVP_DigestVerifyInit_ex(digest.get(), &context, method.digest, nullptr,
                                              nullptr, shared.get(), nullptr) == 1 &&
                    set_padding(context, algorithm) &&
                    ::EVP_DigestVerify(digest.get(), uchars(signature.data()), signature.size(),
                                       uchars(data.data()), data.size()) == 1;
  ::ERR_clear_error();  // of this thread, for whoever reads the queue next
  return good ? SignatureIs::kGood : SignatureIs::kBad;
}

}  // namespace leadkeep::crypto
