#include <leadkeep/base/check.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/wrap.h>
#include <leadkeep/store/key_store.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace leadkeep::store {
namespace {

constexpr std::byte kFormat{1};
constexpr std::byte kSuiteXaes256Gcm{1};
constexpr std::uint32_t kFirstEpoch = 1;
constexpr std::uint16_t kFirstVersion = 1;
constexpr std::size_t kHeaderSize = 16;
constexpr std::size_t kWrappedSize = 72;
constexpr std::size_t kCommitmentSize = 32;
constexpr std::size_t kRowSize = kHeaderSize + kWrappedSize + kCommitmentSize;
constexpr std::size_t kCacheLimit = 16'384;
constexpr std::chrono::minutes kCacheLife{5};
constexpr std::size_t kMarkSize = 1 + 4 + 8;
constexpr std::size_t kEpochEndSize = 1 + 8;
constexpr std::string_view kDomain = "store/key/1";

Bytes row_key(const KeyRef& ref, std::uint16_t version) {
  Bytes out;
  out.push_back(static_cast<std::byte>(ref.kind));
  append(out, ref.id);
  append_be(out, version);
  return out;
}

Bytes joined(std::initializer_list<ByteView> parts) {
  Bytes out;
  for (const ByteView part : parts) {
    append(out, part);
  }
  return out;
}

// What wraps a row, and the epoch that says so.
struct Wrapping {
  std::uint32_t epoch;
  const crypto::Key256& key;
};

Bytes make_row(const Wrapping& wrapping, const StoreId& store, ByteView row,
               const crypto::Key256& key, Timestamp created) {
  Bytes value{kFormat, kSuiteXaes256Gcm, std::byte{0}, std::byte{0}};
  append_be(value, wrapping.epoch);
  append_be(value, static_cast<std::uint64_t>(created.ms));
  const Bytes associated = joined({as_bytes(kDomain), store, row, value});
  append(value, crypto::wrap_key(wrapping.key, key, associated));
  append(value, crypto::commit_to_key(key, joined({store, row})));
  return value;
}

Result<std::uint32_t> epoch_of(ByteView value) {
  if (value.size() != kRowSize || value[0] != kFormat || value[1] != kSuiteXaes256Gcm) {
    return fail(Errc::kCorrupt, "keys: a row has an unknown format");
  }
  return read_be<std::uint32_t>(value.subspan(4));
}

Timestamp created_of(ByteView value) {
  return Timestamp{static_cast<std::int64_t>(read_be<std::uint64_t>(value.subspan(8)))};
}

Result<crypto::Key256> open_row(const crypto::Key256& wrapping, const StoreId& store, ByteView row,
                                ByteView value) {
  LK_TRY_VOID(epoch_of(value));
  const Bytes associated = joined({as_bytes(kDomain), store, row, value.first(kHeaderSize)});
  LK_TRY(crypto::Key256 key,
         crypto::unwrap_key(wrapping, value.subspan(kHeaderSize, kWrappedSize), associated));
  const auto expected = crypto::commit_to_key(key, joined({store, row}));
  if (crypto::compare_constant_time(expected, value.last(kCommitmentSize)) !=
      crypto::Compared::kEqual) {
    return fail(Errc::kCorrupt, "keys: a row holds another key than it was made with");
  }
  return key;
}

const KeyRef kManifestRef{KeyKind::kManifest, {}};
const KeyRef kKekRef{KeyKind::kKek, {}};

// The version of a KEK is its epoch.
Bytes kek_row(std::uint32_t epoch) {
  return row_key(kKekRef, static_cast<std::uint16_t>(epoch));
}

Bytes epoch_end_row(std::uint32_t epoch) {
  return row_key({KeyKind::kEpochEnd, {}}, static_cast<std::uint16_t>(epoch));
}

Bytes mark_row(const KeyRef& destroyed) {
  return row_key({KeyKind::kDestroyed, destroyed.id}, 0);
}

Result<DestroyedKey> destroyed_of(ByteView mark) {
  if (mark.size() != kMarkSize || mark[0] != kFormat) {
    return fail(Errc::kCorrupt, "keys: the mark of a destroyed key has an unknown format");
  }
  return DestroyedKey{
      read_be<std::uint32_t>(mark.subspan(1)),
      Timestamp{static_cast<std::int64_t>(read_be<std::uint64_t>(mark.subspan(5)))}};
}

// Whether a row holds a key that a KEK wraps.
bool is_wrapped_key(ByteView row) {
  if (row.empty()) {
    return false;
  }
  switch (static_cast<KeyKind>(row.front())) {
    case KeyKind::kSubject:
    case KeyKind::kSystem:
    case KeyKind::kJournalDay:
    case KeyKind::kIndexRoot:
    case KeyKind::kStateHash:
    case KeyKind::kAuditSigner:
      return true;
    case KeyKind::kManifest:
    case KeyKind::kKek:
    case KeyKind::kDestroyed:
    case KeyKind::kEpochEnd:
      break;
  }
  return false;
}

}  // namespace

KeyRef subject_key(const LeadId& lead) {
  KeyRef ref{KeyKind::kSubject, {}};
  std::copy(lead.bytes().begin(), lead.bytes().end(), ref.id.begin());
  return ref;
}

KeyRef system_key(std::string_view group) {
  KeyRef ref{KeyKind::kSystem, {}};
  LK_CHECK(group.size() <= ref.id.size());
  std::memcpy(ref.id.data(), group.data(), group.size());
  return ref;
}

KeyRef journal_key(std::uint32_t day) {
  KeyRef ref{KeyKind::kJournalDay, {}};
  Bytes bytes;
  append_be(bytes, day);
  std::copy(bytes.begin(), bytes.end(), ref.id.end() - 4);
  return ref;
}

std::size_t KeyStore::RefHash::operator()(const KeyRef& ref) const noexcept {
  std::size_t low = 0;
  std::memcpy(&low, ref.id.data() + 8, sizeof low);  // the random half of a ULID
  return low ^ (static_cast<std::size_t>(ref.kind) << 56);
}

Result<void> KeyStore::create(Engine& engine, const crypto::Key256& root, const StoreId& id,
                              Timestamp now) {
  const crypto::Key256 kek = crypto::Key256::random();
  return engine.write([&](WriteView& view) -> Result<void> {
    const Bytes manifest_key = row_key(kManifestRef, kFirstVersion);
    LK_TRY(const auto existing, view.get(TableId::kKeys, manifest_key));
    if (existing) {
      return fail(Errc::kConflict, "keys: there is a store here already");
    }
    Bytes manifest{kFormat};
    append(manifest, id);
    LK_TRY_VOID(view.put(TableId::kKeys, manifest_key, manifest));
    const Bytes kek_key = row_key(kKekRef, kFirstVersion);
    return view.put(TableId::kKeys, kek_key, make_row({kFirstEpoch, root}, id, kek_key, kek, now));
  });
}

Result<std::unique_ptr<KeyStore>> KeyStore::open(Engine& engine, const crypto::Key256& root,
                                                 const Clock& clock) {
  StoreId id{};
  Keks keks;
  LK_TRY_VOID(engine.read([&](ReadView& view) -> Result<void> {
    LK_TRY(const auto manifest, view.get(TableId::kKeys, row_key(kManifestRef, kFirstVersion)));
    if (!manifest) {
      return fail(Errc::kNotFound, "keys: there is no store here; run: leadkeepctl init");
    }
    if (manifest->size() != 1 + id.size() || (*manifest)[0] != kFormat) {
      return fail(Errc::kCorrupt, "keys: the manifest has an unknown format");
    }
    std::copy(manifest->begin() + 1, manifest->end(), id.begin());
    const Bytes prefix{static_cast<std::byte>(KeyKind::kKek)};
    return view.scan(TableId::kKeys, prefix, {}, [&](ByteView row, ByteView value) -> Result<Step> {
      auto opened = open_row(root, id, row, value);
      if (!opened) {
        return fail(Errc::kUnauthenticated,
                    "keys: the root key does not open this store; check store.root_key_file");
      }
      keks.emplace(read_be<std::uint16_t>(row.last(2)),
                   std::make_shared<const crypto::Key256>(std::move(opened).value()));
      return Step::kContinue;
    });
  }));
  if (keks.empty()) {
    return fail(Errc::kCorrupt, "keys: the key-encryption key is missing");
  }
  return std::unique_ptr<KeyStore>{new KeyStore{engine, clock, id, std::move(keks)}};
}

KeyStore::Kek KeyStore::kek_of(std::uint32_t epoch) const {
  return m_keks.with([&](const Keks& keks) {
    const auto it = keks.find(epoch);
    return it == keks.end() ? nullptr : it->second;
  });
}

std::pair<std::uint32_t, KeyStore::Kek> KeyStore::newest_kek() const {
  return m_keks.with(
      [](const Keks& keks) { return std::pair{keks.rbegin()->first, keks.rbegin()->second}; });
}

std::uint32_t KeyStore::epoch() const {
  return newest_kek().first;
}

void KeyStore::remember(const KeyRef& ref, const DataKey& key, std::uint64_t destroyed) const {
  const Timestamp until = m_clock.now() + kCacheLife;
  m_cache.with([&](Cache& cache) {
    if (cache.destroyed != destroyed) {
      return;
    }
    if (cache.keys.size() >= kCacheLimit) {
      cache.keys.clear();
    }
    cache.keys.insert_or_assign(ref, Cached{key, until});
  });
}

void KeyStore::forget(const KeyRef& ref) const {
  m_cache.with([&](Cache& cache) {
    cache.keys.erase(ref);
    ++cache.destroyed;
  });
}

Result<std::optional<DataKey>> KeyStore::read_key(const KeyRef& ref) const {
  std::optional<DataKey> found;
  LK_TRY_VOID(m_engine.read([&](ReadView& view) -> Result<void> {
    const Bytes row = row_key(ref, kFirstVersion);
    LK_TRY(const auto value, view.get(TableId::kKeys, row));
    if (!value) {
      return {};
    }
    LK_TRY(const std::uint32_t epoch, epoch_of(*value));
    const Kek kek = kek_of(epoch);
    if (!kek) {
      return fail(Errc::kCorrupt, "keys: a row is of an epoch that is over");
    }
    LK_TRY(crypto::Key256 key, open_row(*kek, m_store, row, *value));
    found = DataKey{std::make_shared<const crypto::Key256>(std::move(key)), kFirstVersion};
    return {};
  }));
  return found;
}

Result<DataKey> KeyStore::find(const KeyRef& ref) const {
  const Timestamp now = m_clock.now();
  std::uint64_t destroyed = 0;
  const auto cached = m_cache.with([&](Cache& cache) -> std::optional<DataKey> {
    destroyed = cache.destroyed;
    const auto it = cache.keys.find(ref);
    return it != cache.keys.end() && now < it->second.until ? std::optional{it->second.key}
                                                            : std::nullopt;
  });
  if (cached) {
    return *cached;
  }
  auto found = read_key(ref);
  if (!found && found.error().code == Errc::kCorrupt) {
    found = read_key(ref);  // its epoch may have ended between the row and the KEK
  }
  LK_TRY(const auto& key, found);
  if (!key) {
    return fail(Errc::kNotFound, "keys: there is no such key");
  }
  remember(ref, *key, destroyed);
  return *key;
}

Result<void> KeyStore::ensure(std::span<const KeyRef> refs) {
  struct Fresh {
    KeyRef ref;
    crypto::Key256 key;
  };

  const Timestamp now = m_clock.now();
  std::vector<Fresh> missing;
  for (const KeyRef& ref : refs) {
    const auto found = find(ref);
    if (found) {
      continue;
    }
    if (found.error().code != Errc::kNotFound) {
      return Fail{found.error()};
    }
    missing.push_back({ref, crypto::Key256::random()});
  }
  if (missing.empty()) {
    return {};
  }
  return m_engine.write([&](WriteView& view) -> Result<void> {
    // Asked here, where no epoch ends meanwhile.
    const auto [epoch, kek] = newest_kek();
    for (const auto& [ref, key] : missing) {
      LK_TRY(const auto mark, view.get(TableId::kKeys, mark_row(ref)));
      if (mark && ref.kind == KeyKind::kSubject) {
        return fail(Errc::kNotFound, "keys: the key was destroyed");
      }
      // Another thread may have made it since.
      const Bytes row = row_key(ref, kFirstVersion);
      LK_TRY(const auto existing, view.get(TableId::kKeys, row));
      if (!existing) {
        LK_TRY_VOID(view.put(TableId::kKeys, row, make_row({epoch, *kek}, m_store, row, key, now)));
      }
    }
    return {};
  });
}

Result<std::vector<KeyRef>> KeyStore::list(KeyKind kind) const {
  std::vector<KeyRef> found;
  const Bytes prefix{static_cast<std::byte>(kind)};
  LK_TRY_VOID(m_engine.read([&](ReadView& view) {
    return view.scan(TableId::kKeys, prefix, {}, [&](ByteView row, ByteView) -> Result<Step> {
      KeyRef ref{kind, {}};
      if (row.size() == 1 + ref.id.size() + 2) {
        std::ranges::copy(row.subspan(1, ref.id.size()), ref.id.begin());
        found.push_back(ref);
      }
      return Step::kContinue;
    });
  }));
  return found;
}

Result<void> KeyStore::destroy(const KeyRef& ref) {
  LK_CHECK(ref.kind == KeyKind::kSubject || ref.kind == KeyKind::kJournalDay);
  const Timestamp now = m_clock.now();
  forget(ref);
  LK_TRY_VOID(m_engine.write([&](WriteView& view) -> Result<void> {
    LK_TRY(const auto before,
           view.exchange(TableId::kKeys, row_key(ref, kFirstVersion), std::nullopt));
    if (!before) {
      return {};
    }
    Bytes mark{kFormat};
    append_be(mark, newest_kek().first);
    append_be(mark, static_cast<std::uint64_t>(now.ms));
    return view.put(TableId::kKeys, mark_row(ref), mark);
  }));
  forget(ref);  // who has read it before the commit
  return {};
}

Result<std::optional<DestroyedKey>> KeyStore::find_destroyed(const KeyRef& ref) const {
  std::optional<DestroyedKey> found;
  LK_TRY_VOID(m_engine.read([&](ReadView& view) -> Result<void> {
    LK_TRY(const auto mark, view.get(TableId::kKeys, mark_row(ref)));
    if (!mark) {
      return {};
    }
    LK_TRY(found, destroyed_of(*mark));
    return {};
  }));
  return found;
}

Result<std::optional<Timestamp>> KeyStore::find_end(std::uint32_t epoch) const {
  std::optional<Timestamp> found;
  LK_TRY_VOID(m_engine.read([&](ReadView& view) -> Result<void> {
    LK_TRY(const auto end, view.get(TableId::kKeys, epoch_end_row(epoch)));
    if (!end) {
      return {};
    }
    if (end->size() != kEpochEndSize || (*end)[0] != kFormat) {
      return fail(Errc::kCorrupt, "keys: the end of an epoch has an unknown format");
    }
    found = Timestamp{static_cast<std::int64_t>(read_be<std::uint64_t>(end->subspan(1)))};
    return {};
  }));
  return found;
}

Result<EpochState> KeyStore::state() const {
  EpochState state;
  state.epoch = epoch();
  const bool is_alone = m_keks.with([](const Keks& keks) { return keks.size() == 1; });
  LK_TRY_VOID(m_engine.read([&](ReadView& view) -> Result<void> {
    LK_TRY(const auto kek, view.get(TableId::kKeys, kek_row(state.epoch)));
    LK_TRY(const auto end, view.get(TableId::kKeys, epoch_end_row(state.epoch - 1)));
    if (kek && kek->size() == kRowSize) {
      state.since = created_of(*kek);
    }
    const bool is_under_way = !is_alone || (state.epoch > kFirstEpoch && !end);
    state.end_of_earlier = is_under_way ? EpochState::End::kUnderWay : EpochState::End::kNone;
    std::uint32_t last_ended = 0;
    const Bytes ends{static_cast<std::byte>(KeyKind::kEpochEnd)};
    LK_TRY_VOID(
        view.scan_back(TableId::kKeys, ends, {}, [&](ByteView row, ByteView) -> Result<Step> {
          last_ended = read_be<std::uint16_t>(row.last(2));
          return Step::kStop;
        }));
    const Bytes marks{static_cast<std::byte>(KeyKind::kDestroyed)};
    return view.scan(TableId::kKeys, marks, {}, [&](ByteView, ByteView mark) -> Result<Step> {
      LK_TRY(const DestroyedKey destroyed, destroyed_of(mark));
      if (destroyed.epoch > last_ended) {
        ++state.destroyed;
        state.oldest = std::min(state.oldest.value_or(destroyed.at), destroyed.at);
      }
      return Step::kContinue;
    });
  }));
  return state;
}

Result<void> KeyStore::begin_epoch(const crypto::Key256& root) {
  const auto fresh = std::make_shared<const crypto::Key256>(crypto::Key256::random());
  const Timestamp now = m_clock.now();
  const std::uint32_t current = epoch();
  const bool is_alone = m_keks.with([](const Keks& keks) { return keks.size() == 1; });
  bool is_made = false;
  LK_TRY_VOID(m_engine.write([&](WriteView& view) -> Result<void> {
    LK_TRY(const auto row, view.get(TableId::kKeys, kek_row(current)));
    if (!row || !open_row(root, m_store, kek_row(current), *row)) {
      return fail(Errc::kUnauthenticated, "keys: this is not the root key of the store");
    }
    LK_TRY(const auto end, view.get(TableId::kKeys, epoch_end_row(current - 1)));
    const bool is_under_way = !is_alone || (current > kFirstEpoch && !end);
    is_made = !is_under_way;
    if (is_under_way) {
      return {};
    }
    if (current == std::numeric_limits<std::uint16_t>::max()) {
      return fail(Errc::kConflict, "keys: there is no further epoch");
    }
    const Bytes next = kek_row(current + 1);
    return view.put(TableId::kKeys, next,
                    make_row({current + 1, root}, m_store, next, *fresh, now));
  }));
  if (is_made) {
    m_keks.with([&](Keks& keks) { keks.emplace(current + 1, fresh); });
  }
  return {};
}

Result<std::optional<Bytes>> KeyStore::take_over(ByteView from, std::size_t limit) {
  std::optional<Bytes> next;
  LK_TRY_VOID(m_engine.write([&](WriteView& view) -> Result<void> {
    const auto [epoch, kek] = newest_kek();
    std::vector<std::pair<Bytes, Bytes>> rows;
    next.reset();
    LK_TRY_VOID(
        view.scan(TableId::kKeys, {}, from, [&](ByteView row, ByteView value) -> Result<Step> {
          if (!is_wrapped_key(row)) {
            return Step::kContinue;
          }
          LK_TRY(const std::uint32_t wrapped_in, epoch_of(value));
          if (wrapped_in == epoch) {
            return Step::kContinue;
          }
          if (rows.size() == limit) {
            next.emplace(row.begin(), row.end());
            return Step::kStop;
          }
          const Kek earlier = kek_of(wrapped_in);
          if (!earlier) {
            return fail(Errc::kCorrupt, "keys: a row is of an epoch that is over");
          }
          LK_TRY(const crypto::Key256 key, open_row(*earlier, m_store, row, value));
          rows.emplace_back(Bytes{row.begin(), row.end()},
                            make_row({epoch, *kek}, m_store, row, key, created_of(value)));
          return Step::kContinue;
        }));
    for (const auto& [row, value] : rows) {
      LK_TRY_VOID(view.put(TableId::kKeys, row, value));
    }
    return {};
  }));
  return next;
}

Result<void> KeyStore::remove_older_keks() {
  const std::uint32_t current = epoch();
  LK_TRY_VOID(m_engine.write([&](WriteView& view) -> Result<void> {
    std::vector<Bytes> older;
    LK_TRY_VOID(
        view.scan(TableId::kKeys, {}, {}, [&](ByteView row, ByteView value) -> Result<Step> {
          if (is_wrapped_key(row)) {
            LK_TRY(const std::uint32_t wrapped_in, epoch_of(value));
            if (wrapped_in != current) {
              return fail(Errc::kConflict, "keys: a key was not taken over");
            }
          } else if (row.front() == static_cast<std::byte>(KeyKind::kKek) &&
                     read_be<std::uint16_t>(row.last(2)) != current) {
            older.emplace_back(row.begin(), row.end());
          }
          return Step::kContinue;
        }));
    for (const Bytes& row : older) {
      LK_TRY_VOID(view.erase(TableId::kKeys, row));
    }
    return {};
  }));
  m_keks.with([&](Keks& keks) {
    std::erase_if(keks, [&](const auto& kek) { return kek.first != current; });
  });
  return {};
}

Result<void> KeyStore::note_ends() {
  const Timestamp now = m_clock.now();
  return m_engine.write([&](WriteView& view) -> Result<void> {
    for (std::uint32_t ended = epoch() - 1; ended >= kFirstEpoch; --ended) {
      LK_TRY(const auto there, view.get(TableId::kKeys, epoch_end_row(ended)));
      if (there) {
        return {};
      }
      Bytes end{kFormat};
      append_be(end, static_cast<std::uint64_t>(now.ms));
      LK_TRY_VOID(view.put(TableId::kKeys, epoch_end_row(ended), end));
    }
    return {};
  });
}

Result<DataKey> KeyStore::ensure(const KeyRef& ref) {
  LK_TRY_VOID(ensure(std::span{&ref, 1}));
  return find(ref);
}

}  // namespace leadkeep::store
