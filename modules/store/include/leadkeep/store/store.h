// leadkeep/store/store.h — the sealed store: typed transactions above an engine
//
// A directory with three things, mode 0700:
//   data/   the sealed records and keyed index rows   (backups copy this)
//   keys/   the wrapped keys                          (key_store.h; never in a data backup)
//   lock    held by the one process that owns the store
//
// Every write transaction advances the commit sequence, and keeps a keyed hash over every row of
// the data (state.h), so that a row that is missing, added, old or moved is found by verify(), even
// though each row on its own is genuine.
//
// Errors   as engine.h, and kCorrupt when something stored does not verify
// Threads  any; a transaction belongs to the call that got it
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/files.h>
#include <leadkeep/store/key_store.h>
#include <leadkeep/store/lmdb_engine.h>
#include <leadkeep/store/transaction.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <type_traits>

namespace leadkeep::store {

struct StoreOptions {
  std::filesystem::path directory;
  std::size_t map_size = std::size_t{16} << 30;
  Rehearsal rehearsal = Rehearsal::kNone;
};

struct VerifyReport {
  std::uint64_t commit_seq = 0;
  std::uint64_t rows = 0;
  std::uint64_t unreadable = 0;  // rows that do not open under the key they belong to
  std::uint64_t without_key =
      0;  // rows whose key is not there: what is erased goes before its key, so a fault
  bool hash_matches = false;  // every row is there, is the newest one, and is where it belongs
  bool counts_match = false;

  [[nodiscard]] bool ok() const noexcept {
    return unreadable == 0 && without_key == 0 && hash_matches && counts_match;
  }
};

class Store {
 public:
  // Makes an empty store in a directory without one; finishes a creation that was interrupted.
  // kConflict when there is a store already.
  [[nodiscard]] static Result<void> create(const StoreOptions& options, const crypto::Key256& root,
                                           const Clock& clock);
  // kConflict when another process owns the store; kUnauthenticated when `root` is not its key.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const StoreOptions& options,
                                                           const crypto::Key256& root,
                                                           const Clock& clock, Metrics& metrics);

  // body: Result<T>(ReadTxn&)
  template <class Body>
  [[nodiscard]] auto read(Body&& body) {
    using Outcome = std::invoke_result_t<Body, ReadTxn&>;
    std::optional<Outcome> outcome;
    const Result<void> ran = m_data->read([&](ReadView& view) -> Result<void> {
      ReadTxn txn{view, *m_keys};
      outcome.emplace(body(txn));
      return {};
    });
    return take<Outcome>(ran, outcome);
  }

  // body: Result<T>(WriteTxn&). May run more than once; durable when this returns ok.
  template <class Body>
  [[nodiscard]] auto write(Body&& body) {
    using Outcome = std::invoke_result_t<Body, WriteTxn&>;
    std::optional<Outcome> outcome;
    const Result<void> ran = m_data->write([&](WriteView& view) -> Result<void> {
      WriteTxn txn{view, *m_keys};
      LK_TRY_VOID(txn.begin());
      outcome.emplace(body(txn));
      if (!*outcome) {
        return Fail{outcome->error()};
      }
      return txn.finish();
    });
    return take<Outcome>(ran, outcome);
  }

  // Makes the keys that a later write will seal with; durable on return. Not inside a transaction.
  [[nodiscard]] Result<void> ensure_keys(std::span<const KeyRef> refs);

  [[nodiscard]] Result<void> ensure_key(const KeyRef& ref) { return ensure_keys({&ref, 1}); }

  // Nothing that is sealed under it can be read from then on; durable on return. Not inside a transaction.
  [[nodiscard]] Result<void> destroy_key(const KeyRef& ref) { return m_keys->destroy(ref); }

  // Ends the epoch of the keys: of those that were destroyed in it nothing is left afterwards, wherever their
  // old copies are. Goes on where an earlier call was interrupted; the next slice is not begun once `stop` is
  // requested (kUnavailable).
  [[nodiscard]] Result<void> end_epoch(const crypto::Key256& root,
                                       const std::stop_token& stop = {});

  [[nodiscard]] const KeyStore& keys() const noexcept { return *m_keys; }

  // Walks everything and compares it with the state hash. Takes as long as the store is large.
  [[nodiscard]] Result<VerifyReport> verify(const std::stop_token& stop = {});
  // How many rows a table has, from the state row: costs the same whatever the size.
  [[nodiscard]] Result<std::uint64_t> rows(TableId table);
  [[nodiscard]] bool is_broken() const noexcept;

  [[nodiscard]] const StoreId& id() const noexcept { return m_keys->store_id(); }

 private:
  Store() = default;
  [[nodiscard]] Result<State> read_state(ReadView& view);

  template <class Outcome>
  static Outcome take(const Result<void>& ran, std::optional<Outcome>& outcome) {
    if (!ran) {
      return Fail{ran.error()};
    }
    return std::move(*outcome);
  }

  // In this order: the data finishes its queued writes while the keys are still there.
  UniqueFd m_lock;
  std::unique_ptr<LmdbEngine> m_key_rows;
  std::unique_ptr<KeyStore> m_keys;
  std::unique_ptr<LmdbEngine> m_data;
};

}  // namespace leadkeep::store
