#include <leadkeep/store/transaction.h>

#include <algorithm>

namespace leadkeep::store {
namespace {

// A sealed value of this plaintext stays on a page of its own kind instead of a run of overflow
// pages, which fragment the file.
constexpr std::size_t kMaxPlaintextPerRow = 1'700;
constexpr KeyRef kStateKeyRef{KeyKind::kStateHash, {}};

Bytes continuation_prefix(TableId table, ByteView key) {
  Bytes out;
  append_be(out, static_cast<std::uint16_t>(table));
  append(out, key);
  return out;
}

Bytes continuation_key(TableId table, ByteView key, std::uint16_t part) {
  Bytes out = continuation_prefix(table, key);
  append_be(out, part);
  return out;
}

std::size_t parts_of(std::size_t size) {
  return size == 0 ? 1 : (size + kMaxPlaintextPerRow - 1) / kMaxPlaintextPerRow;
}

}  // namespace

Result<DataKey> ReadTxn::data_key(const KeyRef& ref) {
  if (!m_last_key || m_last_key->first != ref) {
    LK_TRY(DataKey found, m_keys.find(ref));
    m_last_key.emplace(ref, std::move(found));
  }
  return m_last_key->second;
}

Result<std::optional<SecretBytes>> ReadTxn::get_sealed(TableId table, ByteView key,
                                                       const KeyRef& sealed_under) {
  LK_TRY(const auto value, m_view.get(table, key));
  if (!value) {
    return std::optional<SecretBytes>{};
  }
  LK_TRY(SecretBytes plaintext, open_value(table, key, sealed_under, *value));
  return std::optional{std::move(plaintext)};
}

Result<SecretBytes> ReadTxn::open_value(TableId table, ByteView key, const KeyRef& sealed_under,
                                        ByteView value) {
  LK_TRY(const DataKey key_of_row, data_key(sealed_under));
  LK_TRY(OpenedRecord head, open_record(*key_of_row.key, {store_id(), table, key}, value));
  if ((head.header.flags & kFlagContinued) == 0) {
    return std::move(head.plaintext);
  }
  // The head of a continued record holds the number of parts; each part must come from the same
  // transaction, so that parts of two versions never make one record.
  if (head.plaintext.size() != 2) {
    return fail(Errc::kCorrupt, "store: a continued record has no number of parts");
  }
  const std::size_t parts = read_be<std::uint16_t>(head.plaintext.expose());
  SecretBytes whole{parts * kMaxPlaintextPerRow};
  std::size_t size = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const Bytes part_key = continuation_key(table, key, static_cast<std::uint16_t>(part));
    LK_TRY(const auto part_value, m_view.get(TableId::kContinuations, part_key));
    if (!part_value) {
      return fail(Errc::kCorrupt, "store: a part of a record is missing");
    }
    LK_TRY(
        const OpenedRecord opened,
        open_record(*key_of_row.key, {store_id(), TableId::kContinuations, part_key}, *part_value));
    if (opened.header.rec_seq != head.header.rec_seq ||
        opened.plaintext.size() > kMaxPlaintextPerRow) {
      return fail(Errc::kCorrupt, "store: a part belongs to another version of its record");
    }
    std::ranges::copy(opened.plaintext.expose(),
                      whole.expose_mutable().begin() + static_cast<std::ptrdiff_t>(size));
    size += opened.plaintext.size();
  }
  return SecretBytes::copy_of(whole.expose().first(size));
}

Result<void> ReadTxn::scan(TableId table, ByteView prefix, ByteView from, const Visitor& visit) {
  return m_view.scan(table, prefix, from, visit);
}

Result<void> ReadTxn::scan_back(TableId table, ByteView prefix, ByteView before,
                                const Visitor& visit) {
  return m_view.scan_back(table, prefix, before, visit);
}

Result<void> WriteTxn::begin() {
  LK_TRY(m_state_key, keys().find(kStateKeyRef));
  LK_TRY(const auto row, view().get(TableId::kState, as_bytes(kStateRowKey)));
  if (!row) {
    return fail(Errc::kCorrupt, "store: the state row is missing");
  }
  LK_TRY(m_state, State::decode(*m_state_key.key, store_id(), *row));
  ++m_state.commit_seq;
  return {};
}

Result<void> WriteTxn::finish() {
  for (const auto& [row, change] : m_changes) {
    const auto& [table, key] = row;
    if (change.before) {
      m_state.hash.subtract(state_term(*m_state_key.key, table, key, *change.before));
      --m_state.rows[table];
    }
    if (change.after) {
      m_state.hash.add(state_term(*m_state_key.key, table, key, *change.after));
      ++m_state.rows[table];
    }
  }
  return m_write.put(TableId::kState, as_bytes(kStateRowKey), m_state.encode(*m_state_key.key));
}

Result<void> WriteTxn::put_sealed(TableId table, ByteView key, const KeyRef& sealed_under,
                                  ByteView plaintext) {
  LK_TRY(const DataKey key_of_row, data_key(sealed_under));
  const RecordPlace place{store_id(), table, key};
  RecordHeader header;
  header.key_version = key_of_row.version;
  header.rec_seq = commit_seq();
  const bool fits = plaintext.size() <= kMaxPlaintextPerRow;
  const std::size_t parts = fits ? 0 : parts_of(plaintext.size());
  if (parts > 0xffff) {
    return fail(Errc::kTooLarge, "store: a record is too long");
  }
  Bytes count;
  if (!fits) {
    header.flags = kFlagContinued;
    append_be(count, static_cast<std::uint16_t>(parts));
  }
  LK_TRY(const auto old,
         exchange_row(table, key,
                      seal_record(*key_of_row.key, place, header, fits ? plaintext : count)));
  LK_TRY_VOID(erase_continuations(table, key, old));
  header.flags = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t at = part * kMaxPlaintextPerRow;
    const ByteView piece =
        plaintext.subspan(at, std::min(kMaxPlaintextPerRow, plaintext.size() - at));
    const Bytes part_key = continuation_key(table, key, static_cast<std::uint16_t>(part));
    const RecordPlace part_place{store_id(), TableId::kContinuations, part_key};
    LK_TRY_VOID(exchange_row(TableId::kContinuations, part_key,
                             seal_record(*key_of_row.key, part_place, header, piece)));
  }
  return {};
}

Result<void> WriteTxn::erase_sealed(TableId table, ByteView key) {
  LK_TRY(const auto old, exchange_row(table, key, std::nullopt));
  return erase_continuations(table, key, old);
}

Result<void> WriteTxn::put_empty(TableId table, ByteView key) {
  LK_TRY_VOID(exchange_row(table, key, ByteView{}));
  return {};
}

Result<void> WriteTxn::erase_empty(TableId table, ByteView key) {
  LK_TRY_VOID(exchange_row(table, key, std::nullopt));
  return {};
}

Result<void> WriteTxn::erase_continuations(TableId table, ByteView key,
                                           std::optional<ByteView> old) {
  if (!old) {
    return {};
  }
  // A row whose header is damaged may have had continuations: it must be possible to replace it.
  const auto header = peek_header(*old);
  if (header && (header.value().flags & kFlagContinued) == 0) {
    return {};
  }
  const std::size_t expected = key.size() + 4;
  std::vector<Bytes> found;
  LK_TRY_VOID(view().scan(TableId::kContinuations, continuation_prefix(table, key), {},
                          [&](ByteView part_key, ByteView) -> Result<Step> {
                            if (part_key.size() == expected) {
                              found.emplace_back(part_key.begin(), part_key.end());
                            }
                            return Step::kContinue;
                          }));
  for (const Bytes& part_key : found) {
    LK_TRY_VOID(exchange_row(TableId::kContinuations, part_key, std::nullopt));
  }
  return {};
}

Result<std::optional<ByteView>> WriteTxn::exchange_row(TableId table, ByteView key,
                                                       std::optional<ByteView> value) {
  LK_TRY(const auto old, m_write.exchange(table, key, value));
  const auto [it, is_first] = m_changes.try_emplace(RowKey{table, {key.begin(), key.end()}});
  if (is_first && old) {
    it->second.before = mark_of(*old);
  }
  it->second.after = value ? std::optional{mark_of(*value)} : std::nullopt;
  return old;
}

}  // namespace leadkeep::store
