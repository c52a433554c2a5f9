// leadkeep/saml_judge/metadata.h — what does an identity provider's metadata say?
//
// Takes    one EntityDescriptor as the identity provider exports it: UTF-8, with or without a
//          byte order mark and comments; keys that may have signed it (SubjectPublicKeyInfo, DER)
// Yields   what it says. Without keys its signature is not looked at, and whether it is to be believed
//          is for whoever compared its fingerprint; with keys nothing is read but the octets that one
//          of them signed (checks S-02 to S-06)
// Refuses  kInvalidInput, with a detail for an administrator: a DTD, no or several IDPSSODescriptor
//          for SAML 2.0, no sign-on service over https, no signing certificate of a strong key, more
//          keys than kMostSigningKeys; where it has to be signed, no such signature
//          kTooLarge      more than kMaxMetadata
// Source   SAML 2.0 metadata; a KeyDescriptor without `use` counts as signing (section 2.4.1.1)
// Threads  any; stateless
//
// A parser of foreign XML runs here: see judge.h for where it may.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/saml/provider_metadata.h>

#include <span>
#include <string_view>

namespace leadkeep::saml_judge {

[[nodiscard]] Result<saml::ProviderMetadata> read_metadata(std::string_view xml,
                                                           std::span<const Bytes> signed_by = {});

}  // namespace leadkeep::saml_judge
