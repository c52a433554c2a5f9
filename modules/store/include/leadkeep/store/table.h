// leadkeep/store/table.h — sealed records of one schema in one table
//
//   inline constexpr Table<records::Lead> kLeads{TableId::kLeads};
//   LK_TRY(auto lead, kLeads.find(txn, id.bytes(), subject_key(id)));
//
// Fields this version does not know survive a read and a write.
#pragma once
#include <leadkeep/store/transaction.h>

#include <functional>

namespace google::protobuf {
class MessageLite;
}

namespace leadkeep::store {

[[nodiscard]] Result<void> decode_record(const SecretBytes& plaintext,
                                         google::protobuf::MessageLite& record);
[[nodiscard]] SecretBytes encode_record(const google::protobuf::MessageLite& record);

template <class Record>
class Table {
 public:
  constexpr explicit Table(TableId id) noexcept : m_id{id} {}

  [[nodiscard]] Result<std::optional<Record>> find(ReadTxn& txn, ByteView key,
                                                   const KeyRef& sealed_under) const {
    LK_TRY(const auto plaintext, txn.get_sealed(m_id, key, sealed_under));
    if (!plaintext) {
      return std::optional<Record>{};
    }
    Record record;
    LK_TRY_VOID(decode_record(*plaintext, record));
    return std::optional{std::move(record)};
  }

  // For a row that another row says must be there: its absence is kCorrupt.
  [[nodiscard]] Result<Record> load(ReadTxn& txn, ByteView key, const KeyRef& sealed_under) const {
    LK_TRY(auto record, find(txn, key, sealed_under));
    if (!record) {
      return fail(Errc::kCorrupt, "store: a row of " + std::string{name_of(m_id)} + " is missing");
    }
    return std::move(*record);
  }

  [[nodiscard]] Result<void> put(WriteTxn& txn, ByteView key, const KeyRef& sealed_under,
                                 const Record& record) const {
    const SecretBytes plaintext = encode_record(record);
    return txn.put_sealed(m_id, key, sealed_under, plaintext.expose());
  }

  [[nodiscard]] Result<void> erase(WriteTxn& txn, ByteView key) const {
    return txn.erase_sealed(m_id, key);
  }

  // The record is the visitor's to move from; its memory serves the next row again.
  using RecordVisitor = std::function<Result<Step>(ByteView key, Record& record)>;

  [[nodiscard]] Result<void> scan(ReadTxn& txn, ByteView prefix, ByteView from,
                                  const KeyRef& sealed_under, const RecordVisitor& visit) const {
    return txn.scan(m_id, prefix, from, opening(txn, sealed_under, visit));
  }

  [[nodiscard]] Result<void> scan_back(ReadTxn& txn, ByteView prefix, ByteView before,
                                       const KeyRef& sealed_under,
                                       const RecordVisitor& visit) const {
    return txn.scan_back(m_id, prefix, before, opening(txn, sealed_under, visit));
  }

 private:
  [[nodiscard]] Visitor opening(ReadTxn& txn, const KeyRef& sealed_under,
                                const RecordVisitor& visit) const {
    return [this, &txn, &sealed_under, &visit, record = Record{}](
               ByteView key, ByteView value) mutable -> Result<Step> {
      LK_TRY(const SecretBytes plaintext, txn.open_value(m_id, key, sealed_under, value));
      LK_TRY_VOID(decode_record(plaintext, record));
      return visit(key, record);
    };
  }

  TableId m_id;
};

}  // namespace leadkeep::store
