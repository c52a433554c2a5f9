// leadkeep/store/key_store.h — the keys environment: every data key, wrapped, apart from the data
//
//   root key ── from an unlock provider (root_key.h)
//    └─ KEK of the epoch            random, wrapped by the root key
//        ├─ data key of a subject   random, never derived: what can be derived cannot be destroyed
//        ├─ data key of a system table, of a day of the journal
//        ├─ root of the blind indexes
//        ├─ key of the state hash
//        └─ key that signs the audit trail
//
// Rows of the table kKeys; numbers are big-endian.
//   key    kind(1) ‖ id(16) ‖ version(2)
//   value  offset  size  field
//               0     1  format      1
//               1     1  suite       1 = XAES-256-GCM
//               2     2  reserved    0
//               4     4  epoch       of the wrapping KEK; of a KEK row, its own
//               8     8  created     ms since 1970
//              16    72  wrapped     nonce(24) ‖ ciphertext(32) ‖ tag(16)
//              88    32  commitment  HMAC-SHA256(key, "leadkeep/commit/1" ‖ store id ‖ row key)
// The wrap's associated data is "store/key/1" ‖ store id(16) ‖ row key ‖ value[0..16). The
// commitment is checked on every unwrap: a row is proof that it holds the one key it was made with.
// The row with kind 0 is the manifest: format(1) ‖ store id(16).
//
// Creating a key commits here before the data that uses it is written; erasing will go the other
// way round. A crash in between leaves an unused key or unreadable data, never readable data
// without its key.
//
// Errors   kUnauthenticated  the root key does not open this store
//          kNotFound         there is no such key: erased, or never made
//          kCorrupt          a row does not verify
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/id.h>
#include <leadkeep/crypto/key.h>
#include <leadkeep/store/engine.h>
#include <leadkeep/store/sealed_record.h>

#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>

namespace leadkeep::store {

enum class KeyKind : std::uint8_t {
  kManifest = 0,
  kKek = 1,
  kSubject = 2,      // id: the lead
  kSystem = 3,       // id: name of a group of tables, zero-padded
  kJournalDay = 4,   // id: days since 1970, in the last four bytes
  kIndexRoot = 5,    // id: generation, in the last byte
  kStateHash = 6,    // id: zero
  kAuditSigner = 7,  // id: zero; an Ed25519 seed
};

struct KeyRef {
  KeyKind kind;
  ByteArray<16> id{};

  friend bool operator==(const KeyRef&, const KeyRef&) = default;
};

[[nodiscard]] KeyRef subject_key(const LeadId& lead);
[[nodiscard]] KeyRef system_key(std::string_view group);  // at most 16 characters
[[nodiscard]] KeyRef journal_key(std::uint32_t day);

// A key with its version. Shared, because a cache entry may be dropped while a record is opened.
struct DataKey {
  std::shared_ptr<const crypto::Key256> key;
  std::uint16_t version = 1;
};

class KeyStore {
 public:
  // Writes the manifest, the first KEK and the fixed keys into an empty engine.
  [[nodiscard]] static Result<void> create(Engine& engine, const crypto::Key256& root,
                                           const StoreId& id, Timestamp now);
  // Unwraps the KEK with the root key; `engine` and `clock` outlive the object.
  [[nodiscard]] static Result<std::unique_ptr<KeyStore>> open(Engine& engine,
                                                              const crypto::Key256& root,
                                                              const Clock& clock);

  [[nodiscard]] const StoreId& store_id() const noexcept { return m_store; }

  [[nodiscard]] Result<DataKey> find(const KeyRef& ref) const;
  // Makes the keys that are not there, all in one commit; durable on return.
  [[nodiscard]] Result<void> ensure(std::span<const KeyRef> refs);
  [[nodiscard]] Result<DataKey> ensure(const KeyRef& ref);

 private:
  struct RefHash {
    std::size_t operator()(const KeyRef& ref) const noexcept;
  };

  struct Cached {
    DataKey key;
    Timestamp until;
  };

  using Cache = std::unordered_map<KeyRef, Cached, RefHash>;

  KeyStore(Engine& engine, const Clock& clock, const StoreId& id, crypto::Key256 kek)
      : m_engine{engine}, m_clock{clock}, m_store{id}, m_kek{std::move(kek)} {}

  [[nodiscard]] Result<DataKey> unwrap_row(ByteView row_key, ByteView value) const;
  void remember(const KeyRef& ref, const DataKey& key) const;

  Engine& m_engine;
  const Clock& m_clock;
  const StoreId m_store;
  const crypto::Key256 m_kek;
  mutable Guarded<Cache> m_cache;
};

}  // namespace leadkeep::store
