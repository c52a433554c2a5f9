// leadkeep/store/transaction.h — what happens inside Store::read and Store::write
//
// ReadTxn reads sealed rows and index rows; WriteTxn also changes them. Modules use them through
// Table<Record> (table.h), BlindIndex (blind_index.h) and the row functions below for rows without
// a value.
#pragma once
#include <leadkeep/crypto/aead.h>
#include <leadkeep/store/engine.h>
#include <leadkeep/store/key_store.h>
#include <leadkeep/store/state.h>

#include <map>
#include <optional>
#include <utility>

namespace leadkeep::store {

class ReadTxn {
 public:
  ReadTxn(ReadView& view, const KeyStore& keys) noexcept : m_view{view}, m_keys{keys} {}

  ReadTxn(const ReadTxn&) = delete;
  ReadTxn& operator=(const ReadTxn&) = delete;

  // The opened plaintext of a sealed row, or nothing if there is no such row.
  [[nodiscard]] Result<std::optional<SecretBytes>> get_sealed(TableId table, ByteView key,
                                                              const KeyRef& sealed_under);
  // Opens a value that a scan has found.
  [[nodiscard]] Result<SecretBytes> open_value(TableId table, ByteView key,
                                               const KeyRef& sealed_under, ByteView value);
  [[nodiscard]] Result<void> scan(TableId table, ByteView prefix, ByteView from,
                                  const Visitor& visit);
  [[nodiscard]] Result<void> scan_back(TableId table, ByteView prefix, ByteView before,
                                       const Visitor& visit);

  [[nodiscard]] const KeyStore& keys() const noexcept { return m_keys; }

  [[nodiscard]] const StoreId& store_id() const noexcept { return m_keys.store_id(); }

 protected:
  [[nodiscard]] ReadView& view() noexcept { return m_view; }

  [[nodiscard]] Result<DataKey> data_key(const KeyRef& ref);

 private:
  ReadView& m_view;
  const KeyStore& m_keys;
  std::optional<std::pair<KeyRef, DataKey>> m_last_key;
  crypto::KeepLastKey m_keep_last_key;  // the rows of a page are sealed under the same one
};

class WriteTxn : public ReadTxn {
 public:
  WriteTxn(WriteView& view, const KeyStore& keys) noexcept : ReadTxn{view, keys}, m_write{view} {}

  // Called by Store around the body.
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> finish();

  // Seals and writes; a long plaintext is cut into rows of kContinuations.
  [[nodiscard]] Result<void> put_sealed(TableId table, ByteView key, const KeyRef& sealed_under,
                                        ByteView plaintext);
  [[nodiscard]] Result<void> erase_sealed(TableId table, ByteView key);
  [[nodiscard]] Result<void> put_empty(TableId table, ByteView key);  // a row that is only its key
  [[nodiscard]] Result<void> erase_empty(TableId table, ByteView key);

  // The sequence of this transaction: one more than the last committed one.
  [[nodiscard]] std::uint64_t commit_seq() const noexcept { return m_state.commit_seq; }

 private:
  using RowKey = std::pair<TableId, Bytes>;

  struct Change {
    std::optional<RecordMark> before;
    std::optional<RecordMark> after;
  };

  // Writes or erases one row of the database; yields what was there.
  [[nodiscard]] Result<std::optional<ByteView>> exchange_row(TableId table, ByteView key,
                                                             std::optional<ByteView> value);
  // Of the value `old` that the row had.
  [[nodiscard]] Result<void> erase_continuations(TableId table, ByteView key,
                                                 std::optional<ByteView> old);

  WriteView& m_write;
  State m_state;
  DataKey m_state_key;
  std::map<RowKey, Change> m_changes;
};

}  // namespace leadkeep::store
