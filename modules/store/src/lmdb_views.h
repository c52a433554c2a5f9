// What LMDB shows through engine.h: tables, cursors and values of one transaction.
#pragma once
#include <leadkeep/store/engine.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lmdb.h>

namespace leadkeep::store {

inline constexpr std::size_t kMaxTableIds = 64;

[[nodiscard]] inline Fail lmdb_failure(int code, std::string_view what) {
  const Errc errc = code == MDB_CORRUPTED || code == MDB_INVALID || code == MDB_VERSION_MISMATCH ||
                            code == MDB_PAGE_NOTFOUND
                        ? Errc::kCorrupt
                        : Errc::kUnavailable;
  return fail(errc, "store: " + std::string{what} + ": " + ::mdb_strerror(code));
}

[[nodiscard]] inline MDB_val to_val(ByteView bytes) noexcept {
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}

[[nodiscard]] inline ByteView to_view(const MDB_val& val) noexcept {
  return {static_cast<const std::byte*>(val.mv_data), val.mv_size};
}

using Dbis = std::array<MDB_dbi, kMaxTableIds>;

struct CursorCloser {
  void operator()(MDB_cursor* cursor) const noexcept { ::mdb_cursor_close(cursor); }
};

using CursorHandle = std::unique_ptr<MDB_cursor, CursorCloser>;

// The smallest key above every key with this prefix; empty if there is none.
[[nodiscard]] inline Bytes end_of_prefix(ByteView prefix) {
  Bytes end{prefix.begin(), prefix.end()};
  while (!end.empty() && end.back() == std::byte{0xff}) {
    end.pop_back();
  }
  if (!end.empty()) {
    end.back() = static_cast<std::byte>(std::to_integer<unsigned>(end.back()) + 1);
  }
  return end;
}

// Reads through one LMDB transaction, whichever kind it is.
template <class View>
class LmdbReads : public View {
 public:
  LmdbReads(MDB_txn* txn, const Dbis& dbis) noexcept : m_txn{txn}, m_dbis{dbis} {}

  Result<std::optional<ByteView>> get(TableId table, ByteView key) override {
    MDB_val k = to_val(key);
    MDB_val v{};
    const int rc = ::mdb_get(m_txn, dbi(table), &k, &v);
    if (rc == MDB_NOTFOUND) {
      return std::optional<ByteView>{};
    }
    if (rc != 0) {
      return failed(rc, "cannot read");
    }
    return std::optional{to_view(v)};
  }

  Result<void> scan(TableId table, ByteView prefix, ByteView from, const Visitor& visit) override {
    LK_TRY(const CursorHandle cursor, open_cursor(table));
    const bool at_from =
        !from.empty() &&
        !std::lexicographical_compare(from.begin(), from.end(), prefix.begin(), prefix.end());
    const ByteView start = at_from ? from : prefix;
    MDB_val k = to_val(start);
    MDB_val v{};
    int rc = ::mdb_cursor_get(cursor.get(), &k, &v, start.empty() ? MDB_FIRST : MDB_SET_RANGE);
    while (rc == 0 && starts_with(to_view(k), prefix)) {
      LK_TRY(const Step step, visit(to_view(k), to_view(v)));
      if (step == Step::kStop) {
        return {};
      }
      rc = ::mdb_cursor_get(cursor.get(), &k, &v, MDB_NEXT);
    }
    return finished(rc);
  }

  Result<void> scan_back(TableId table, ByteView prefix, ByteView before,
                         const Visitor& visit) override {
    LK_TRY(const CursorHandle cursor, open_cursor(table));
    Bytes end = end_of_prefix(prefix);
    if (!before.empty() &&
        (end.empty() ||
         std::lexicographical_compare(before.begin(), before.end(), end.begin(), end.end()))) {
      end.assign(before.begin(), before.end());
    }
    MDB_val k = to_val(end);
    MDB_val v{};
    int rc = MDB_NOTFOUND;
    if (!end.empty()) {
      rc = ::mdb_cursor_get(cursor.get(), &k, &v, MDB_SET_RANGE);
    }
    // Now at the first key that is not wanted, or past the last one.
    rc = ::mdb_cursor_get(cursor.get(), &k, &v, rc == 0 ? MDB_PREV : MDB_LAST);
    while (rc == 0 && starts_with(to_view(k), prefix)) {
      LK_TRY(const Step step, visit(to_view(k), to_view(v)));
      if (step == Step::kStop) {
        return {};
      }
      rc = ::mdb_cursor_get(cursor.get(), &k, &v, MDB_PREV);
    }
    return finished(rc);
  }

 protected:
  // LMDB marks a transaction in which anything failed: it can only be aborted.
  Fail failed(int rc, std::string_view what) {
    m_failed = true;
    return lmdb_failure(rc, what);
  }

  [[nodiscard]] bool has_failed() const noexcept { return m_failed; }

  MDB_txn* txn() const noexcept { return m_txn; }

  MDB_dbi dbi(TableId table) const noexcept {
    const auto at = static_cast<std::size_t>(table);
    LK_CHECK(at < m_dbis.size() && m_dbis[at] != 0);
    return m_dbis[at];
  }

  Result<CursorHandle> open_cursor(TableId table) {
    MDB_cursor* raw = nullptr;
    if (const int rc = ::mdb_cursor_open(m_txn, dbi(table), &raw); rc != 0) {
      return failed(rc, "cannot open a cursor");
    }
    return CursorHandle{raw};
  }

 private:
  Result<void> finished(int rc) {
    if (rc != 0 && rc != MDB_NOTFOUND) {
      return failed(rc, "cannot scan");
    }
    return {};
  }

  MDB_txn* m_txn;
  const Dbis& m_dbis;
  bool m_failed = false;
};

using LmdbReadView = LmdbReads<ReadView>;

// Writes at once and remembers how to undo it, so that one failed body of a batch leaves no trace.
class LmdbWriteView final : public LmdbReads<WriteView> {
 public:
  using LmdbReads::LmdbReads;

  Result<std::optional<ByteView>> exchange(TableId table, ByteView key,
                                           std::optional<ByteView> value) override {
    LK_TRY(const auto old, get(table, key));
    Undo& undo = m_undo.emplace_back(Undo{table, {key.begin(), key.end()}, std::nullopt});
    if (old) {
      undo.value = Bytes{old->begin(), old->end()};
      m_growth -= static_cast<std::ptrdiff_t>(key.size() + old->size());
    }
    if (value) {
      m_bytes += key.size() + value->size();
      m_growth += static_cast<std::ptrdiff_t>(key.size() + value->size());
      LK_TRY(const unsigned flags, old ? Result<unsigned>{0U} : flags_of_new(table, key, *value));
      LK_TRY_VOID(put_now(table, key, *value, flags));
    } else if (old) {
      LK_TRY_VOID(erase_now(table, key));
    }
    return undo.value ? std::optional{ByteView{*undo.value}} : std::nullopt;
  }

  Result<void> undo() {
    for (auto it = m_undo.rbegin(); it != m_undo.rend(); ++it) {
      if (it->value) {
        LK_TRY_VOID(put_now(it->table, it->key, *it->value, 0));
      } else {
        LK_TRY_VOID(erase_now(it->table, it->key));
      }
    }
    m_undo.clear();
    m_growth = 0;
    return {};
  }

  [[nodiscard]] std::size_t bytes_written() const noexcept { return m_bytes; }

  // Whether there is more in the store than before.
  [[nodiscard]] bool grows() const noexcept { return m_growth > 0; }

  // Whether the transaction can still be used for other bodies.
  [[nodiscard]] bool is_usable() const noexcept { return !has_failed(); }

 private:
  struct Undo {
    TableId table;
    Bytes key;
    std::optional<Bytes> value;
  };

  // A full page of large rows is halved, and of rows that come in ascending order nothing ever fills
  // the half that is left: up to half of a table would be empty. Behind the last row LMDB can be
  // told to begin a new page instead. Small rows it packs well by itself.
  Result<unsigned> flags_of_new(TableId table, ByteView key, ByteView value) {
    constexpr std::size_t kLarge = 128;
    if (value.size() < kLarge) {
      return 0U;
    }
    LK_TRY(const CursorHandle cursor, open_cursor(table));
    MDB_val last{};
    const int rc = ::mdb_cursor_get(cursor.get(), &last, nullptr, MDB_LAST);
    if (rc != 0 && rc != MDB_NOTFOUND) {
      return failed(rc, "cannot find the last row");
    }
    const MDB_val k = to_val(key);
    const bool is_behind = rc == MDB_NOTFOUND || ::mdb_cmp(txn(), dbi(table), &k, &last) > 0;
    return is_behind ? MDB_APPEND : 0U;
  }

  Result<void> put_now(TableId table, ByteView key, ByteView value, unsigned flags) {
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    if (const int rc = ::mdb_put(txn(), dbi(table), &k, &v, flags); rc != 0) {
      return failed(rc, "cannot write");
    }
    return {};
  }

  Result<void> erase_now(TableId table, ByteView key) {
    MDB_val k = to_val(key);
    const int rc = ::mdb_del(txn(), dbi(table), &k, nullptr);
    if (rc != 0 && rc != MDB_NOTFOUND) {
      return failed(rc, "cannot erase");
    }
    return {};
  }

  std::vector<Undo> m_undo;
  std::size_t m_bytes = 0;
  std::ptrdiff_t m_growth = 0;
};

}  // namespace leadkeep::store
