#include "provider_keys.h"

#include "trail_entry.h"

namespace leadkeep::flow {
namespace {

using audit::Act;
using identity::ProviderTrust;
using identity::ProviderTrusts;

ProviderTrusts::Confirmed confirmed_in(const MetadataSource& source) {
  return {source.confirmed, source.confirmed_sha256};
}

// The reason is the operator's name of the identity provider.
Result<void> append_change(store::WriteTxn& txn, Act act, std::size_t keys, ProviderName name,
                           Timestamp now) {
  if (keys == 0) {
    return {};
  }
  audit::Entry entry = entry_by(std::nullopt, act);
  entry.reason = name.text;
  entry.items = keys;
  return audit::append(txn, entry, now);
}

}  // namespace

Result<ProviderTrust> trust_of(const House& house, const SamlProvider& provider) {
  if (provider.source) {
    return house.store.read([&](store::ReadTxn& txn) {
      return ProviderTrusts{}.find(txn, confirmed_in(*provider.source));
    });
  }
  ProviderTrust trust;
  for (const Bytes& key : provider.provider.signing_keys) {
    trust.keys.push_back({key, {}, 0, false});
  }
  return trust;
}

Result<identity::Renewal> renew_trust(House& house, ProviderName name, const MetadataSource& source,
                                      const saml::ProviderMetadata& fetched) {
  const Timestamp now = house.clock.now();
  return house.store.write([&](store::WriteTxn& txn) -> Result<identity::Renewal> {
    LK_TRY(const ProviderTrust before, ProviderTrusts{}.find(txn, confirmed_in(source)));
    auto renewal = identity::renewed(before, fetched);
    if (renewal.trust == before) {
      return renewal;
    }
    LK_TRY_VOID(ProviderTrusts{}.keep(txn, confirmed_in(source), renewal.trust));
    LK_TRY_VOID(append_change(txn, Act::kProviderKeysAdded, renewal.added, name, now));
    LK_TRY_VOID(append_change(txn, Act::kProviderKeysWithdrawn, renewal.withdrawn, name, now));
    LK_TRY_VOID(append_change(txn, Act::kProviderKeysRemoved, renewal.retired, name, now));
    return renewal;
  });
}

Result<void> retire_keys_before(store::WriteTxn& txn, ProviderName name,
                                const MetadataSource& source, const Bytes& key, Timestamp now) {
  LK_TRY(ProviderTrust trust, ProviderTrusts{}.find(txn, confirmed_in(source)));
  const std::size_t retired = trust.retire_before(key);
  if (retired == 0) {
    return {};
  }
  LK_TRY_VOID(ProviderTrusts{}.keep(txn, confirmed_in(source), trust));
  return append_change(txn, Act::kProviderKeysRemoved, retired, name, now);
}

}  // namespace leadkeep::flow
