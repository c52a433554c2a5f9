// A store in memory for the fuzz targets that read records back: no file, no thread, no waiting.
//
// plant() seals whatever it is given under the genuine key, for the genuine place. So a target can
// show what becomes of a record that somebody with the keys, or a bug of ours, has written.
#pragma once
#include "fake_clock.h"
#include "fixed_key.h"

#include <leadkeep/base/check.h>
#include <leadkeep/store/key_store.h>
#include <leadkeep/store/state.h>
#include <leadkeep/store/table.h>
#include <leadkeep/store/transaction.h>

#include <array>
#include <list>
#include <map>
#include <memory>
#include <string>

namespace leadkeep::store {

class MemoryView final : public WriteView {
 public:
  [[nodiscard]] Result<std::optional<ByteView>> get(TableId table, ByteView key) override {
    const Rows& rows = m_tables[table];
    const auto row = rows.find(Bytes{key.begin(), key.end()});
    return row == rows.end() ? std::optional<ByteView>{} : std::optional<ByteView>{row->second};
  }

  [[nodiscard]] Result<void> scan(TableId table, ByteView prefix, ByteView from,
                                  const Visitor& visit) override {
    const Rows& rows = m_tables[table];
    const Bytes low =
        std::max(Bytes{prefix.begin(), prefix.end()}, Bytes{from.begin(), from.end()});
    for (auto row = rows.lower_bound(low); row != rows.end() && starts_with(row->first, prefix);
         ++row) {
      LK_TRY(const Step step, visit(row->first, row->second));
      if (step == Step::kStop) {
        break;
      }
    }
    return {};
  }

  [[nodiscard]] Result<void> scan_back(TableId table, ByteView prefix, ByteView before,
                                       const Visitor& visit) override {
    const Rows& rows = m_tables[table];
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      const bool wanted = starts_with(row->first, prefix) &&
                          (before.empty() || row->first < Bytes{before.begin(), before.end()});
      if (!wanted) {
        continue;
      }
      LK_TRY(const Step step, visit(row->first, row->second));
      if (step == Step::kStop) {
        break;
      }
    }
    return {};
  }

  [[nodiscard]] Result<std::optional<ByteView>> exchange(TableId table, ByteView key,
                                                         std::optional<ByteView> value) override {
    Rows& rows = m_tables[table];
    Replaced& replaced = m_replaced.emplace_back(table, Bytes{key.begin(), key.end()});
    if (const auto row = rows.find(replaced.key); row != rows.end()) {
      replaced.value = std::move(row->second);
      rows.erase(row);
    }
    if (value) {
      rows.emplace(replaced.key, Bytes{value->begin(), value->end()});
    }
    return replaced.value ? std::optional<ByteView>{*replaced.value} : std::nullopt;
  }

  // Until the next exchange there is nothing to undo.
  void keep() { m_replaced.clear(); }

  // Everything is again what it was at the last keep().
  void undo() {
    for (; !m_replaced.empty(); m_replaced.pop_back()) {
      Replaced& last = m_replaced.back();
      Rows& rows = m_tables[last.table];
      rows.erase(last.key);
      if (last.value) {
        rows.emplace(std::move(last.key), *std::move(last.value));
      }
    }
  }

 private:
  using Rows = std::map<Bytes, Bytes>;

  struct Replaced {
    TableId table;
    Bytes key;
    std::optional<Bytes> value;
  };

  std::map<TableId, Rows> m_tables;
  std::list<Replaced> m_replaced;  // exchange() yields views of it
};

class MemoryEngine final : public Engine {
 public:
  [[nodiscard]] Result<void> read(const ReadBody& body) override { return body(view); }

  // A body that fails is undone alone.
  [[nodiscard]] Result<void> write(const WriteBody& body) override {
    auto done = body(view);
    if (done.ok()) {
      view.keep();
    } else {
      view.undo();
    }
    return done;
  }

  MemoryView view;
};

class MemoryStore {
 public:
  MemoryStore() {
    LK_CHECK(KeyStore::create(m_key_rows, fixed_key(), fixed_store(), now()).ok());
    auto keys = KeyStore::open(m_key_rows, fixed_key(), m_clock);
    LK_CHECK(keys.ok());
    m_keys = std::move(keys).value();
    KeyRef index_root{KeyKind::kIndexRoot, {}};
    index_root.id.back() = std::byte{1};
    const std::array made{KeyRef{KeyKind::kStateHash, {}},
                          index_root,
                          system_key("store"),
                          system_key("identity"),
                          system_key("audit"),
                          system_key("outbox"),
                          system_key("api")};
    LK_CHECK(m_keys->ensure(made).ok());
    State state;
    state.store = fixed_store();
    const auto state_key = m_keys->find({KeyKind::kStateHash, {}});
    plant_row(TableId::kState, as_bytes(kStateRowKey), state.encode(*state_key.value().key));
  }

  void make_key(const KeyRef& ref) { LK_CHECK(m_keys->ensure(ref).ok()); }

  void plant(TableId table, ByteView key, const KeyRef& sealed_under, ByteView plaintext) {
    const auto data_key = m_keys->find(sealed_under);
    LK_CHECK(data_key.ok());
    const Bytes value =
        seal_record(*data_key.value().key, {fixed_store(), table, key}, {}, plaintext);
    plant_row(table, key, value);
  }

  void plant_empty(TableId table, ByteView key) { plant_row(table, key, {}); }

  template <class Record>
  void plant_record(TableId table, ByteView key, const KeyRef& sealed_under, const Record& record) {
    const SecretBytes plaintext = encode_record(record);
    plant(table, key, sealed_under, plaintext.expose());
  }

  template <class Body>
  auto read(Body&& body) {
    ReadTxn txn{m_data.view, *m_keys};
    return body(txn);
  }

  // body: Result<void>(WriteTxn&). Whatever it writes is gone again afterwards.
  template <class Body>
  Result<void> rehearse(Body&& body) {
    const auto run = [&]() -> Result<void> {
      WriteTxn txn{m_data.view, *m_keys};
      LK_TRY_VOID(txn.begin());
      LK_TRY_VOID(body(txn));
      return txn.finish();
    };
    auto done = run();
    m_data.view.undo();
    return done;
  }

  void erase(TableId table, ByteView key) {
    LK_CHECK(m_data.view.erase(table, key).ok());
    m_data.view.keep();
  }

  [[nodiscard]] Timestamp now() const { return m_clock.now(); }

 private:
  void plant_row(TableId table, ByteView key, ByteView value) {
    LK_CHECK(m_data.view.put(table, key, value).ok());
    m_data.view.keep();
  }

  test::FakeClock m_clock;
  MemoryEngine m_key_rows;
  MemoryEngine m_data;
  std::unique_ptr<KeyStore> m_keys;
};

// An id whose bytes are all `fill`.
template <class AnyId>
[[nodiscard]] AnyId filled_id(unsigned fill) {
  Ulid ulid;
  ulid.fill(static_cast<std::byte>(fill));
  return AnyId{ulid};
}

template <class AnyId>
[[nodiscard]] std::string raw_of(const AnyId& id) {
  return std::string{id.raw()};
}

}  // namespace leadkeep::store
