// The keys of a SAML identity provider that count now: those that an administrator confirmed, or what has
// become of them where its metadata is fetched. What changes by itself is in the trail.
#pragma once
#include <leadkeep/audit/trail.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/sign_on.h>
#include <leadkeep/identity/provider_trust.h>

namespace leadkeep::flow {

[[nodiscard]] Result<identity::ProviderTrust> trust_of(const House& house,
                                                       const SamlProvider& provider);

// What the metadata that was fetched made of its keys.
[[nodiscard]] Result<identity::Renewal> renew_trust(House& house, ProviderName name,
                                                    const MetadataSource& source,
                                                    const saml::ProviderMetadata& fetched);

// In the transaction of a log-in that this key has signed.
[[nodiscard]] Result<void> retire_keys_before(store::WriteTxn& txn, ProviderName name,
                                              const MetadataSource& source, const Bytes& key,
                                              Timestamp now);

}  // namespace leadkeep::flow
