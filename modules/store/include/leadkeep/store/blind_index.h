// leadkeep/store/blind_index.h — finding a record by personal data without storing it in a key
//
// A row of kIndex is  field(2) ‖ generation(1) ‖ tag(16) ‖ id(16)  with an empty value, where
//   tag = first 16 bytes of HMAC-SHA256(field key, value)
//   field key = HKDF-Expand(index root, "leadkeep/index/" ‖ field name ‖ "/1")
// Values are normalised first (privacy/normalise.h); a change of a normaliser or of the key is a
// new generation. What a thief of the data learns: that two rows have equal values, and how often.
// Who has the index root can test guesses, so it is kept like the other keys.
//
// A value of an identifier leads to one id only: add() refuses (kConflict) a value that leads to another
// one. What several may have, such as a name, is added by add_shared().
#pragma once
#include <leadkeep/base/id.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/store/transaction.h>

#include <string>
#include <vector>

namespace leadkeep::store {

// Numbers and names are part of the index for good.
enum class IndexField : std::uint16_t {
  kWhatsAppId = 1,
  kBsuid = 2,
  kPhone = 3,
  kEmail = 4,
  kWamid = 5,
  kHandle = 6,
  kUsername = 7,
  kDirectoryId = 8,
  kPasskey = 9,
  kFederatedSubject = 10,
  kName = 11,
};

class BlindIndex {
 public:
  explicit BlindIndex(IndexField field) noexcept : m_field{field} {}

  [[nodiscard]] Result<std::optional<Ulid>> find(ReadTxn& txn, std::string_view value) const;
  // The newest first.
  [[nodiscard]] Result<std::vector<Ulid>> find_all(ReadTxn& txn, std::string_view value,
                                                   std::size_t limit) const;
  [[nodiscard]] Result<void> add(WriteTxn& txn, std::string_view value, ByteView id) const;
  [[nodiscard]] Result<void> add_shared(WriteTxn& txn, std::string_view value, ByteView id) const;
  [[nodiscard]] Result<void> remove(WriteTxn& txn, std::string_view value, ByteView id) const;

 private:
  [[nodiscard]] Result<Bytes> prefix(ReadTxn& txn, std::string_view value) const;

  IndexField m_field;
};

// A keyed tag of 32 bytes for rows that are found by a whole request, such as idempotency keys.
[[nodiscard]] Result<ByteArray<32>> keyed_tag(ReadTxn& txn, std::string_view purpose,
                                              std::initializer_list<ByteView> parts);

}  // namespace leadkeep::store
