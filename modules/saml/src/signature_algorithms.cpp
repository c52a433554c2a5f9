#include <leadkeep/saml/signature_algorithms.h>

#include <algorithm>
#include <array>

namespace leadkeep::saml {
namespace {

struct Algorithm {
  std::string_view uri;
  crypto::SignatureAlgorithm algorithm;
};

constexpr std::array kAlgorithms{Algorithm{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                                           crypto::SignatureAlgorithm::kRsaSha256},
                                 Algorithm{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
                                           crypto::SignatureAlgorithm::kRsaSha384},
                                 Algorithm{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
                                           crypto::SignatureAlgorithm::kRsaSha512},
                                 Algorithm{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
                                           crypto::SignatureAlgorithm::kEcdsaSha256},
                                 Algorithm{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
                                           crypto::SignatureAlgorithm::kEcdsaSha384},
                                 Algorithm{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
                                           crypto::SignatureAlgorithm::kEcdsaSha512}};

}  // namespace

std::optional<crypto::SignatureAlgorithm> signature_algorithm_of(std::string_view uri) noexcept {
  const auto* found = std::ranges::find(kAlgorithms, uri, &Algorithm::uri);
  return found == kAlgorithms.end() ? std::nullopt : std::optional{found->algorithm};
}

}  // namespace leadkeep::saml
