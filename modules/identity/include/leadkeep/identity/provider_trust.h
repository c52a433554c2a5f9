// leadkeep/identity/provider_trust.h — sign-on path: which keys of an identity provider count (check
// K-02)
//
//   metadata that an administrator confirmed ─┐
//   metadata that was fetched ────────────────┴ renewed ─ keep ─ a row ─ find ─ keys that verify
//                                                                   ▲
//                                          a key was seen in use ───┘ retire
//
// What is fetched brings a key in only if it was signed with a key that the operator has pinned. A key
// that it names no more is withdrawn: it counts until one that came later has been seen in use, and then
// never again by itself, so that an old document brings back nothing. Everything else waits for an
// administrator, who also can confirm such a key again.
//
// Errors   kCorrupt  a row that is not one
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/saml/provider_metadata.h>
#include <leadkeep/store/transaction.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace leadkeep::identity {

struct TrustedKey {
  Bytes public_key;  // SubjectPublicKeyInfo, DER
  Timestamp certificate_ends;
  std::uint64_t since = 0;  // the change that brought it; 0: an administrator's confirmation
  bool withdrawn = false;

  friend bool operator==(const TrustedKey&, const TrustedKey&) = default;
};

struct ProviderTrust {
  // Behind the end that metadata names for itself: a failure of a weekend ends no log-ins.
  static constexpr std::chrono::hours kGrace{72};

  std::vector<TrustedKey> keys;  // at least one that is not withdrawn
  std::vector<Bytes> retired;    // SHA-256 of keys that count no more
  std::optional<Timestamp> valid_until;

  friend bool operator==(const ProviderTrust&, const ProviderTrust&) = default;

  [[nodiscard]] bool is_over(Timestamp now) const noexcept {
    return valid_until && now >= *valid_until + kGrace;
  }

  // Those that a message may be signed with.
  [[nodiscard]] std::vector<Bytes> public_keys() const;
  // Now that this one has been seen in use: withdrawn ones that it came after. Returns how many.
  std::size_t retire_before(const Bytes& public_key);
};

struct Renewal {
  ProviderTrust trust;
  std::size_t added = 0;  // keys that count now, and did not or were withdrawn
  std::size_t withdrawn = 0;
  std::size_t retired = 0;  // for want of room
  bool waits = false;       // it names other keys, which are for an administrator to confirm
};

// Of metadata of the same entity that is not over.
[[nodiscard]] Renewal renewed(const ProviderTrust& before, const saml::ProviderMetadata& fetched);

class ProviderTrusts {
 public:
  // As an administrator confirmed it.
  struct Confirmed {
    const saml::ProviderMetadata& metadata;
    ByteView sha256;
  };

  // Begins anew with what was confirmed last, but for keys that had counted before and were not
  // confirmed again.
  [[nodiscard]] Result<ProviderTrust> find(store::ReadTxn& txn, const Confirmed& confirmed) const;
  [[nodiscard]] Result<void> keep(store::WriteTxn& txn, const Confirmed& confirmed,
                                  const ProviderTrust& trust) const;
};

}  // namespace leadkeep::identity
