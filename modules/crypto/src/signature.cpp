#include "ecdsa_form.h"
#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/signature.h>

#include <algorithm>
#include <array>

#include <openssl/err.h>

namespace leadkeep::crypto {
namespace {

using Family = PublicKeyKind::Family;

struct Method {
  SignatureAlgorithm algorithm;
  Family family;
  const char* digest;
};

constexpr std::array kMethods{Method{SignatureAlgorithm::kRsaSha256, Family::kRsa, "SHA256"},
                              Method{SignatureAlgorithm::kRsaSha384, Family::kRsa, "SHA384"},
                              Method{SignatureAlgorithm::kRsaSha512, Family::kRsa, "SHA512"},
                              Method{SignatureAlgorithm::kEcdsaSha256, Family::kEc, "SHA256"},
                              Method{SignatureAlgorithm::kEcdsaSha384, Family::kEc, "SHA384"},
                              Method{SignatureAlgorithm::kEcdsaSha512, Family::kEc, "SHA512"}};

const Method& method_of(SignatureAlgorithm algorithm) noexcept {
  return *std::ranges::find(kMethods, algorithm, &Method::algorithm);
}

// r and s are as long as the order of the curve, which is what its bits are.
std::size_t ecdsa_size(int bits) noexcept {
  constexpr int kOctet = 8;
  return 2 * static_cast<std::size_t>((bits + kOctet - 1) / kOctet);
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
  const bool good = ::EVP_DigestVerifyInit_ex(digest.get(), nullptr, method.digest, nullptr,
                                              nullptr, shared.get(), nullptr) == 1 &&
                    ::EVP_DigestVerify(digest.get(), uchars(signature.data()), signature.size(),
                                       uchars(data.data()), data.size()) == 1;
  ::ERR_clear_error();  // of this thread, for whoever reads the queue next
  return good ? SignatureIs::kGood : SignatureIs::kBad;
}

}  // namespace leadkeep::crypto
