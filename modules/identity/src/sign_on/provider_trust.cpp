#include "agent_table.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/provider_trust.h>
#include <leadkeep/store/records/provider_trust.pb.h>

#include <algorithm>
#include <set>

namespace leadkeep::identity {
namespace {

constexpr store::Table<records::ProviderTrust> kProviderTrust{store::TableId::kProviderTrust};

// What is in metadata and what it names no more, through several changes that nobody signs in between.
constexpr std::size_t kMostKeys = 2 * saml::kMostSigningKeys;
constexpr std::size_t kMostRetired = 64;

Bytes sha256_of(ByteView data) {
  const auto hash = crypto::sha256({data});
  return {hash.begin(), hash.end()};
}

ByteArray<32> row_of(const ProviderTrusts::Confirmed& confirmed) {
  return crypto::sha256({as_bytes(confirmed.metadata.entity_id)});
}

bool is_withdrawn(const TrustedKey& key) noexcept {
  return key.withdrawn;
}

const saml::SigningKey* find_named(const saml::ProviderMetadata& metadata, const Bytes& key) {
  const auto found = std::ranges::find(metadata.signing_keys, key, &saml::SigningKey::public_key);
  return found == metadata.signing_keys.end() ? nullptr : &*found;
}

bool is_retired(const ProviderTrust& trust, const Bytes& key) {
  return std::ranges::find(trust.retired, sha256_of(key)) != trust.retired.end();
}

void retire(ProviderTrust& trust, const Bytes& key) {
  trust.retired.push_back(sha256_of(key));
  if (trust.retired.size() > kMostRetired) {
    trust.retired.erase(trust.retired.begin());
  }
}

std::uint64_t newest_in(const ProviderTrust& trust) {
  return std::ranges::max(trust.keys, {}, &TrustedKey::since).since;
}

// Keys that it names, and no others, but for withdrawn ones.
bool names_same_keys(const saml::ProviderMetadata& metadata, const ProviderTrust& trust) {
  return std::ranges::all_of(trust.keys,
                             [&](const TrustedKey& key) {
                               return (find_named(metadata, key.public_key) == nullptr) ==
                                      key.withdrawn;
                             }) &&
         std::ranges::all_of(metadata.signing_keys, [&](const saml::SigningKey& key) {
           return std::ranges::find(trust.keys, key.public_key, &TrustedKey::public_key) !=
                  trust.keys.end();
         });
}

// Whoever brings an older document than one that was believed already.
bool ends_earlier(const saml::ProviderMetadata& fetched, const ProviderTrust& before) {
  return before.valid_until && (!fetched.valid_until || *fetched.valid_until < *before.valid_until);
}

void withdraw_unnamed(const saml::ProviderMetadata& fetched, Renewal& renewal) {
  for (TrustedKey& key : renewal.trust.keys) {
    if (!key.withdrawn && find_named(fetched, key.public_key) == nullptr) {
      key.withdrawn = true;
      ++renewal.withdrawn;
    }
  }
}

// The oldest of those that are withdrawn, where nobody has signed in since.
void make_room(Renewal& renewal) {
  auto& keys = renewal.trust.keys;
  for (auto oldest = std::ranges::find_if(keys, is_withdrawn);
       keys.size() > kMostKeys && oldest != keys.end();
       oldest = std::ranges::find_if(keys, is_withdrawn)) {
    retire(renewal.trust, oldest->public_key);
    keys.erase(oldest);
    ++renewal.retired;
  }
}

// A document that names a key which counts no more may be an old one: it withdraws none.
void take_keys(const saml::ProviderMetadata& fetched, Renewal& renewal) {
  ProviderTrust& trust = renewal.trust;
  const std::uint64_t now = newest_in(trust) + 1;
  for (const saml::SigningKey& named : fetched.signing_keys) {
    if (is_retired(trust, named.public_key)) {
      renewal.waits = true;
      continue;
    }
    const auto known = std::ranges::find(trust.keys, named.public_key, &TrustedKey::public_key);
    if (known == trust.keys.end()) {
      trust.keys.push_back({named.public_key, named.certificate_ends, now, false});
      ++renewal.added;
    } else {
      renewal.added += known->withdrawn ? 1U : 0U;
      known->withdrawn = false;
    }
  }
  if (!renewal.waits) {
    withdraw_unnamed(fetched, renewal);
  }
  make_room(renewal);
}

// The same key in another certificate.
void take_ends(const saml::ProviderMetadata& fetched, ProviderTrust& trust) {
  for (TrustedKey& key : trust.keys) {
    if (const auto* named = find_named(fetched, key.public_key)) {
      key.certificate_ends = named->certificate_ends;
    }
  }
}

ProviderTrust trust_in(const saml::ProviderMetadata& confirmed) {
  ProviderTrust trust;
  for (const saml::SigningKey& key : confirmed.signing_keys) {
    trust.keys.push_back({key.public_key, key.certificate_ends, 0, false});
  }
  trust.valid_until = confirmed.valid_until;
  return trust;
}

// Each key once, as it would count and be withdrawn otherwise. None at all is withdrawn as well.
bool is_usable(const std::vector<TrustedKey>& keys) {
  std::set<Bytes> seen;
  return !std::ranges::all_of(keys, is_withdrawn) &&
         std::ranges::all_of(keys, [&](const TrustedKey& key) {
           return !key.public_key.empty() && seen.insert(key.public_key).second;
         });
}

Result<ProviderTrust> read(const records::ProviderTrust& record) {
  ProviderTrust trust;
  for (const records::TrustedKey& key : record.keys()) {
    const ByteView spki = as_bytes(key.public_key());
    trust.keys.push_back({{spki.begin(), spki.end()},
                          Timestamp{key.certificate_ends_ms()},
                          key.since(),
                          key.withdrawn()});
  }
  for (const std::string& hash : record.retired()) {
    const ByteView bytes = as_bytes(hash);
    trust.retired.emplace_back(bytes.begin(), bytes.end());
  }
  if (record.valid_until_ms() != 0) {
    trust.valid_until = Timestamp{record.valid_until_ms()};
  }
  return is_usable(trust.keys)
             ? Result<ProviderTrust>{std::move(trust)}
             : fail(Errc::kCorrupt, "sign-on: keys of an identity provider are damaged");
}

}  // namespace

std::vector<Bytes> ProviderTrust::public_keys() const {
  std::vector<Bytes> all;
  for (const TrustedKey& key : keys) {
    all.push_back(key.public_key);
  }
  return all;
}

// Where none came later than the withdrawn one, whatever came with it stands for it.
std::size_t ProviderTrust::retire_before(const Bytes& public_key) {
  const auto used = std::ranges::find(keys, public_key, &TrustedKey::public_key);
  if (used == keys.end() || used->withdrawn) {
    return 0;
  }
  const std::uint64_t since = used->since;
  const auto is_replaced = [&](const TrustedKey& key) {
    const bool has_later = std::ranges::any_of(
        keys, [&](const TrustedKey& other) { return !other.withdrawn && other.since > key.since; });
    return key.withdrawn && (has_later ? since > key.since : since == key.since);
  };
  std::vector<Bytes> replaced;
  for (const TrustedKey& key : keys) {
    if (is_replaced(key)) {
      replaced.push_back(key.public_key);
    }
  }
  for (const Bytes& key : replaced) {
    retire(*this, key);
    std::erase_if(keys, [&](const TrustedKey& one) { return one.public_key == key; });
  }
  return replaced.size();
}

Renewal renewed(const ProviderTrust& before, const saml::ProviderMetadata& fetched) {
  Renewal renewal{before};
  const bool same = names_same_keys(fetched, before);
  if (ends_earlier(fetched, before) || (!fetched.is_signed && !same)) {
    renewal.waits = !same;  // and nothing else of it is believed
    return renewal;
  }
  if (!same) {
    take_keys(fetched, renewal);
  }
  take_ends(fetched, renewal.trust);
  renewal.trust.valid_until = fetched.valid_until;
  return renewal;
}

Result<ProviderTrust> ProviderTrusts::find(store::ReadTxn& txn, const Confirmed& confirmed) const {
  LK_TRY(const auto kept, kProviderTrust.find(txn, row_of(confirmed), identity_key()));
  if (!kept) {
    return trust_in(confirmed.metadata);
  }
  LK_TRY(auto before, read(*kept));
  if (same_bytes(as_bytes(kept->confirmed_sha256()), confirmed.sha256)) {
    return before;
  }
  ProviderTrust trust = trust_in(confirmed.metadata);
  trust.retired = std::move(before.retired);
  for (const TrustedKey& key : before.keys) {
    if (!is_retired(trust, key.public_key)) {
      retire(trust, key.public_key);
    }
  }
  std::erase_if(trust.retired, [&](const Bytes& hash) {
    return std::ranges::any_of(
        trust.keys, [&](const TrustedKey& key) { return sha256_of(key.public_key) == hash; });
  });
  return trust;
}

Result<void> ProviderTrusts::keep(store::WriteTxn& txn, const Confirmed& confirmed,
                                  const ProviderTrust& trust) const {
  records::ProviderTrust record;
  record.set_confirmed_sha256(std::string{as_text(confirmed.sha256)});
  for (const TrustedKey& key : trust.keys) {
    records::TrustedKey& written = *record.add_keys();
    written.set_public_key(std::string{as_text(key.public_key)});
    written.set_certificate_ends_ms(key.certificate_ends.ms);
    written.set_since(key.since);
    written.set_withdrawn(key.withdrawn);
  }
  for (const Bytes& hash : trust.retired) {
    record.add_retired(std::string{as_text(hash)});
  }
  record.set_valid_until_ms(trust.valid_until ? trust.valid_until->ms : 0);
  return kProviderTrust.put(txn, row_of(confirmed), identity_key(), record);
}

}  // namespace leadkeep::identity
