// leadkeep/saml/service_metadata.h — what we say of ourselves to identity providers (check K-04)
//
// Takes    our certificates, DER: those of now, and of keys that will be used soon, so that nobody is
//          surprised by a change
// Yields   an EntityDescriptor, signed with the key of now, good for a week
// Source   SAML 2.0 metadata sections 2.3.2 and 2.4.4 (SPSSODescriptor)
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/rsa.h>

#include <chrono>
#include <string>
#include <vector>

namespace leadkeep::saml {

inline constexpr std::chrono::days kServiceMetadataLife{7};

struct ServiceDescription {
  std::string entity_id;
  std::string consumer_url;
  std::string logout_url;
  std::vector<Bytes> signing_certificates;
  std::vector<Bytes> encryption_certificates;
};

// `id` is of this document, and begins with '_'.
[[nodiscard]] std::string service_metadata(const ServiceDescription& us,
                                           const crypto::RsaPrivateKey& key, std::string_view id,
                                           Timestamp now);

}  // namespace leadkeep::saml
