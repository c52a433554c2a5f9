// leadkeep/saml/provider_metadata.h — what an identity provider's metadata says of it
//
// Source   SAML 2.0 metadata sections 2.3.2 (EntityDescriptor) and 2.4.3 (IDPSSODescriptor)
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::saml {

inline constexpr std::size_t kMaxMetadata = 384 * 1024;  // bytes
inline constexpr std::size_t kMostSigningKeys = 4;       // of now, and of a change that goes on

struct SigningKey {
  Bytes public_key;            // SubjectPublicKeyInfo, DER
  Timestamp certificate_ends;  // for an alarm: it is the key that is trusted
  Bytes certificate_sha256;    // for people to compare
};

// Where a service is reached; nothing for a binding that is not offered. Always https.
struct Service {
  std::optional<std::string> redirect;
  std::optional<std::string> post;

  friend bool operator==(const Service&, const Service&) = default;
};

struct ProviderMetadata {
  std::string entity_id;
  std::vector<SigningKey> signing_keys;  // at least one
  Service sign_on;                       // by at least one binding
  Service logout;
  std::optional<std::string> logout_answers;  // by redirect, where they go elsewhere
  std::optional<Timestamp> valid_until;
  std::optional<std::chrono::seconds> cache_duration;  // after which it is to be read anew
  bool is_signed = false;  // by one of the keys that it had to be signed with, if any
};

}  // namespace leadkeep::saml
