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
//   key    kind(1) ‖ id(16) ‖ version(2); the version of a KEK is its epoch
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
// The row of a key that was destroyed is  format(1) ‖ epoch(4) ‖ when(8), that of an epoch that is over
// format(1) ‖ when(8).
//
// Creating a key commits here before the data that uses it is written. Destroying one removes its row and
// leaves a mark, so that it is never made again. Whoever has the root key and pages that were freed, or an old
// copy of this environment, could still unwrap it until the KEK of its epoch is gone as well. So an epoch
// ends: a new KEK takes over every key that is left, the old one is removed, and the environment is written
// anew without what was freed (LmdbEngine::compact). It may be interrupted at any point, and goes on from there.
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

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

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
  kDestroyed = 8,    // the mark of a subject or day whose key is no more; id: that one's
  kEpochEnd = 9,     // id: zero; version: the epoch
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

struct EpochState {
  std::uint32_t epoch;
  Timestamp since;
  std::uint64_t destroyed = 0;        // keys that old pages may still hold
  std::optional<Timestamp> oldest{};  // when the first of them was destroyed
  enum class End : std::uint8_t { kNone, kUnderWay } end_of_earlier = End::kNone;
};

struct DestroyedKey {
  std::uint32_t epoch;  // at whose end nothing of it is left
  Timestamp at;
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
  // Makes the keys that are not there, all in one commit; durable on return. kNotFound for one that was
  // destroyed.
  [[nodiscard]] Result<void> ensure(std::span<const KeyRef> refs);
  [[nodiscard]] Result<DataKey> ensure(const KeyRef& ref);

  // Those of a kind that there are, in the order of their ids.
  [[nodiscard]] Result<std::vector<KeyRef>> list(KeyKind kind) const;
  // Of a subject, or of a day of the journal: durable on return, and fine if it is not there.
  [[nodiscard]] Result<void> destroy(const KeyRef& ref);
  [[nodiscard]] Result<std::optional<DestroyedKey>> find_destroyed(const KeyRef& ref) const;

  // Costs what there are marks.
  [[nodiscard]] Result<EpochState> state() const;
  // The newest; numbers count from 1.
  [[nodiscard]] std::uint32_t epoch() const;
  // When it was over; nothing: it goes on, or its end is under way.
  [[nodiscard]] Result<std::optional<Timestamp>> find_end(std::uint32_t epoch) const;

  // The end of an epoch, in these steps. Each may be repeated after an interruption.
  // 1. A new KEK, if the end of an earlier epoch is not still under way; kUnauthenticated for another root key.
  [[nodiscard]] Result<void> begin_epoch(const crypto::Key256& root);
  // 2. It takes over the keys from the row `from` on, `limit` of them; the row to go on from, nothing at the end.
  [[nodiscard]] Result<std::optional<Bytes>> take_over(ByteView from, std::size_t limit);
  // 3. The older ones go; kConflict where there is a key that was not taken over.
  [[nodiscard]] Result<void> remove_older_keks();
  // 4. Here the environment is compacted.
  // 5. On record.
  [[nodiscard]] Result<void> note_ends();

 private:
  struct RefHash {
    std::size_t operator()(const KeyRef& ref) const noexcept;
  };

  struct Cached {
    DataKey key;
    Timestamp until;
  };

  struct Cache {
    std::unordered_map<KeyRef, Cached, RefHash> keys;
    std::uint64_t destroyed = 0;  // how many, so that a reader of before leaves nothing behind
  };

  using Kek = std::shared_ptr<const crypto::Key256>;
  using Keks = std::map<std::uint32_t, Kek>;  // by epoch, at least one

  KeyStore(Engine& engine, const Clock& clock, const StoreId& id, Keks keks)
      : m_engine{engine}, m_clock{clock}, m_store{id}, m_keks{std::move(keks)} {}

  [[nodiscard]] Result<std::optional<DataKey>> read_key(const KeyRef& ref) const;
  // Of an epoch; null where it is none of these any more.
  [[nodiscard]] Kek kek_of(std::uint32_t epoch) const;
  [[nodiscard]] std::pair<std::uint32_t, Kek> newest_kek() const;
  void remember(const KeyRef& ref, const DataKey& key, std::uint64_t destroyed) const;
  void forget(const KeyRef& ref) const;

  Engine& m_engine;
  const Clock& m_clock;
  const StoreId m_store;
  Guarded<Keks> m_keks;
  mutable Guarded<Cache> m_cache;
};

}  // namespace leadkeep::store
