#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/wrap.h>
#include <leadkeep/store/key_store.h>

#include <algorithm>
#include <cstring>

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

Bytes make_row(const crypto::Key256& wrapping, const StoreId& store, ByteView row,
               const crypto::Key256& key, Timestamp now) {
  Bytes value{kFormat, kSuiteXaes256Gcm, std::byte{0}, std::byte{0}};
  append_be(value, kFirstEpoch);
  append_be(value, static_cast<std::uint64_t>(now.ms));
  const Bytes associated = joined({as_bytes(kDomain), store, row, value});
  append(value, crypto::wrap_key(wrapping, key, associated));
  append(value, crypto::commit_to_key(key, joined({store, row})));
  return value;
}

Result<crypto::Key256> open_row(const crypto::Key256& wrapping, const StoreId& store, ByteView row,
                                ByteView value) {
  if (value.size() != kRowSize || value[0] != kFormat || value[1] != kSuiteXaes256Gcm) {
    return fail(Errc::kCorrupt, "keys: a row has an unknown format");
  }
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
    return view.put(TableId::kKeys, kek_key, make_row(root, id, kek_key, kek, now));
  });
}

Result<std::unique_ptr<KeyStore>> KeyStore::open(Engine& engine, const crypto::Key256& root,
                                                 const Clock& clock) {
  StoreId id{};
  std::optional<crypto::Key256> kek;
  LK_TRY_VOID(engine.read([&](ReadView& view) -> Result<void> {
    LK_TRY(const auto manifest, view.get(TableId::kKeys, row_key(kManifestRef, kFirstVersion)));
    if (!manifest) {
      return fail(Errc::kNotFound, "keys: there is no store here; run: leadkeepctl init");
    }
    if (manifest->size() != 1 + id.size() || (*manifest)[0] != kFormat) {
      return fail(Errc::kCorrupt, "keys: the manifest has an unknown format");
    }
    std::copy(manifest->begin() + 1, manifest->end(), id.begin());
    const Bytes kek_key = row_key(kKekRef, kFirstVersion);
    LK_TRY(const auto row, view.get(TableId::kKeys, kek_key));
    if (!row) {
      return fail(Errc::kCorrupt, "keys: the key-encryption key is missing");
    }
    auto opened = open_row(root, id, kek_key, *row);
    if (!opened) {
      return fail(Errc::kUnauthenticated,
                  "keys: the root key does not open this store; check store.root_key_file");
    }
    kek.emplace(std::move(opened).value());
    return {};
  }));
  return std::unique_ptr<KeyStore>{new KeyStore{engine, clock, id, std::move(*kek)}};
}

Result<DataKey> KeyStore::unwrap_row(ByteView row, ByteView value) const {
  LK_TRY(crypto::Key256 key, open_row(m_kek, m_store, row, value));
  return DataKey{std::make_shared<const crypto::Key256>(std::move(key)),
                 read_be<std::uint16_t>(row.last(2))};
}

void KeyStore::remember(const KeyRef& ref, const DataKey& key) const {
  const Timestamp until = m_clock.now() + kCacheLife;
  m_cache.with([&](Cache& cache) {
    if (cache.size() >= kCacheLimit) {
      cache.clear();
    }
    cache.insert_or_assign(ref, Cached{key, until});
  });
}

Result<DataKey> KeyStore::find(const KeyRef& ref) const {
  const Timestamp now = m_clock.now();
  const auto cached = m_cache.with([&](Cache& cache) -> std::optional<DataKey> {
    const auto it = cache.find(ref);
    return it != cache.end() && now < it->second.until ? std::optional{it->second.key}
                                                       : std::nullopt;
  });
  if (cached) {
    return *cached;
  }
  std::optional<DataKey> found;
  LK_TRY_VOID(m_engine.read([&](ReadView& view) -> Result<void> {
    const Bytes row = row_key(ref, kFirstVersion);
    LK_TRY(const auto value, view.get(TableId::kKeys, row));
    if (value) {
      LK_TRY(DataKey key, unwrap_row(row, *value));
      found = std::move(key);
    }
    return {};
  }));
  if (!found) {
    return fail(Errc::kNotFound, "keys: there is no such key");
  }
  remember(ref, *found);
  return *found;
}

Result<void> KeyStore::ensure(std::span<const KeyRef> refs) {
  struct Row {
    Bytes key;
    Bytes value;
  };

  const Timestamp now = m_clock.now();
  std::vector<Row> rows;
  for (const KeyRef& ref : refs) {
    const auto found = find(ref);
    if (found) {
      continue;
    }
    if (found.error().code != Errc::kNotFound) {
      return Fail{found.error()};
    }
    Bytes key = row_key(ref, kFirstVersion);
    Bytes value = make_row(m_kek, m_store, key, crypto::Key256::random(), now);
    rows.push_back({std::move(key), std::move(value)});
  }
  if (rows.empty()) {
    return {};
  }
  return m_engine.write([&](WriteView& view) -> Result<void> {
    for (const Row& row : rows) {
      // Another thread may have made it since.
      LK_TRY(const auto existing, view.get(TableId::kKeys, row.key));
      if (!existing) {
        LK_TRY_VOID(view.put(TableId::kKeys, row.key, row.value));
      }
    }
    return {};
  });
}

Result<DataKey> KeyStore::ensure(const KeyRef& ref) {
  LK_TRY_VOID(ensure(std::span{&ref, 1}));
  return find(ref);
}

}  // namespace leadkeep::store
