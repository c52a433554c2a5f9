#include "check_row.h"

#include <leadkeep/base/metrics.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/store/store.h>

#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/file.h>

namespace leadkeep::store {
namespace {

constexpr std::size_t kKeysMapSize = std::size_t{16} << 30;
constexpr std::size_t kKeysAtOnce = 1'000;  // taken over by one write

Result<UniqueFd> take_lock(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "lock";
  UniqueFd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!fd.valid()) {
    return fail(Errc::kUnavailable, path.string() + ": cannot open the lock of the store");
  }
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::kConflict, directory.string() +
                                     ": another process owns this store; stop it first (one "
                                     "leadkeepd for one store)");
  }
  return fd;
}

struct Engines {
  std::unique_ptr<LmdbEngine> data;
  std::unique_ptr<LmdbEngine> keys;
};

Result<Engines> open_engines(const StoreOptions& options, Metrics& metrics) {
  const auto data = options.directory / "data";
  const auto keys = options.directory / "keys";
  LK_TRY_VOID(ensure_private_directory(data));
  LK_TRY_VOID(ensure_private_directory(keys));
  Engines engines;
  LK_TRY(engines.keys,
         LmdbEngine::open({keys, kKeysMapSize, kKeyTables, options.rehearsal}, metrics));
  LK_TRY(engines.data,
         LmdbEngine::open({data, options.map_size, kDataTables, options.rehearsal}, metrics));
  return engines;
}

void count_row(RowCheck check, VerifyReport& report) {
  switch (check) {
    case RowCheck::kGenuine:
      break;
    case RowCheck::kWithoutKey:
      ++report.without_key;
      break;
    case RowCheck::kUnreadable:
      ++report.unreadable;
      break;
  }
}

// Data without keys is a restore that went wrong, not an empty place: making a new store there would
// destroy it.
Result<void> check_parts(const std::filesystem::path& directory) {
  std::error_code ignored;
  const bool has_keys = std::filesystem::exists(directory / "keys" / "data.mdb", ignored);
  const bool has_data = std::filesystem::exists(directory / "data" / "data.mdb", ignored);
  if (has_keys && has_data) {
    return {};
  }
  if (has_keys || has_data) {
    return fail(Errc::kCorrupt,
                directory.string() +
                    (has_data ? ": the keys of this store are" : ": the data of this store is") +
                    " missing; restore it from its backup, do not run init");
  }
  return fail(Errc::kNotFound,
              directory.string() + ": there is no store here; run: leadkeepctl init");
}

Result<bool> has_state_row(Engine& data) {
  bool found = false;
  LK_TRY_VOID(data.read([&](ReadView& view) -> Result<void> {
    LK_TRY(const auto row, view.get(TableId::kState, as_bytes(kStateRowKey)));
    found = row.has_value();
    return {};
  }));
  return found;
}

}  // namespace

Result<void> Store::create(const StoreOptions& options, const crypto::Key256& root,
                           const Clock& clock) {
  LK_TRY_VOID(ensure_private_directory(options.directory));
  LK_TRY(const UniqueFd lock, take_lock(options.directory));
  Metrics unused;
  LK_TRY(Engines engines, open_engines(options, unused));

  LK_TRY(const bool has_data, has_state_row(*engines.data));
  if (has_data) {
    return fail(Errc::kConflict, options.directory.string() + ": there is a store here already");
  }
  // Keys without data are what an interrupted creation leaves behind: it is finished now.
  const StoreId fresh = crypto::new_ulid(clock.now());
  if (auto made = KeyStore::create(*engines.keys, root, fresh, clock.now());
      !made && made.error().code != Errc::kConflict) {
    return made;
  }
  LK_TRY(const auto keys, KeyStore::open(*engines.keys, root, clock));
  KeyRef index_root{KeyKind::kIndexRoot, {}};
  index_root.id.back() = std::byte{1};
  LK_TRY(const DataKey state_key, keys->ensure({KeyKind::kStateHash, {}}));
  const std::array groups = {index_root,
                             system_key("store"),
                             system_key("identity"),
                             system_key("audit"),
                             system_key("outbox"),
                             system_key("api"),
                             system_key("clients"),
                             KeyRef{KeyKind::kAuditSigner, {}}};
  LK_TRY_VOID(keys->ensure(groups));
  State state;
  state.store = keys->store_id();
  return engines.data->write([&](WriteView& view) {
    return view.put(TableId::kState, as_bytes(kStateRowKey), state.encode(*state_key.key));
  });
}

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options, const crypto::Key256& root,
                                           const Clock& clock, Metrics& metrics) {
  LK_TRY_VOID(check_parts(options.directory));
  LK_TRY_VOID(ensure_private_directory(options.directory));
  std::unique_ptr<Store> store{new Store};
  LK_TRY(store->m_lock, take_lock(options.directory));
  LK_TRY(Engines engines, open_engines(options, metrics));
  store->m_key_rows = std::move(engines.keys);
  store->m_data = std::move(engines.data);
  LK_TRY(store->m_keys, KeyStore::open(*store->m_key_rows, root, clock));

  // A state row that verifies proves that data and keys belong together.
  LK_TRY(const std::uint64_t rows, store->rows(TableId::kAudit));
  (void)rows;
  // What a store of before there were clients and signatures has no key for.
  const std::array later_keys = {system_key("clients"), KeyRef{KeyKind::kAuditSigner, {}}};
  LK_TRY_VOID(store->ensure_keys(later_keys));
  return store;
}

Result<State> Store::read_state(ReadView& view) {
  LK_TRY(const DataKey state_key, m_keys->find({KeyKind::kStateHash, {}}));
  LK_TRY(const auto row, view.get(TableId::kState, as_bytes(kStateRowKey)));
  if (!row) {
    return fail(Errc::kCorrupt, "store: the state row is missing");
  }
  return State::decode(*state_key.key, id(), *row);
}

Result<std::uint64_t> Store::rows(TableId table) {
  std::uint64_t count = 0;
  LK_TRY_VOID(m_data->read([&](ReadView& view) -> Result<void> {
    LK_TRY(const State state, read_state(view));
    const auto it = state.rows.find(table);
    count = it == state.rows.end() ? 0 : it->second;
    return {};
  }));
  return count;
}

Result<void> Store::ensure_keys(std::span<const KeyRef> refs) {
  return m_keys->ensure(refs);
}

Result<void> Store::end_epoch(const crypto::Key256& root, const std::stop_token& stop) {
  LK_TRY_VOID(m_keys->begin_epoch(root));
  std::optional<Bytes> next{Bytes{}};
  while (next) {
    if (stop.stop_requested()) {
      return fail(Errc::kUnavailable, "keys: stopped; the end of the epoch goes on later");
    }
    LK_TRY(next, m_keys->take_over(*next, kKeysAtOnce));
  }
  LK_TRY_VOID(m_keys->remove_older_keks());
  LK_TRY_VOID(m_key_rows->compact());
  return m_keys->note_ends();
}

Result<VerifyReport> Store::verify(const std::stop_token& stop) {
  VerifyReport report;
  LK_TRY(const DataKey state_key, m_keys->find({KeyKind::kStateHash, {}}));
  LK_TRY_VOID(m_data->read([&](ReadView& view) -> Result<void> {
    LK_TRY(const State state, read_state(view));
    report.commit_seq = state.commit_seq;
    StateHash hash;
    report.counts_match = true;
    for (const TableName& table : kDataTables) {
      if (table.id == TableId::kState) {
        continue;
      }
      std::uint64_t rows = 0;
      LK_TRY_VOID(view.scan(table.id, {}, {}, [&](ByteView key, ByteView value) -> Result<Step> {
        if (stop.stop_requested()) {
          return fail(Errc::kUnavailable, "verify: the daemon stops");
        }
        hash.add(state_term(*state_key.key, table.id, key, mark_of(value)));
        count_row(check_row(view, *m_keys, table.id, key, value), report);
        ++rows;
        return Step::kContinue;
      }));
      const auto counted = state.rows.find(table.id);
      report.counts_match =
          report.counts_match && rows == (counted == state.rows.end() ? 0 : counted->second);
      report.rows += rows;
    }
    report.hash_matches = hash == state.hash;
    return {};
  }));
  return report;
}

bool Store::is_broken() const noexcept {
  return m_data->is_broken() || m_key_rows->is_broken();
}

}  // namespace leadkeep::store
