#include <leadkeep/crypto/hash.h>
#include <leadkeep/store/blind_index.h>

#include <algorithm>

namespace leadkeep::store {
namespace {

constexpr std::uint8_t kGeneration = 1;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kPrefixSize = 2 + 1 + kTagSize;

constexpr KeyRef index_root() {
  KeyRef ref{KeyKind::kIndexRoot, {}};
  ref.id.back() = std::byte{kGeneration};
  return ref;
}

std::string_view name_of(IndexField field) {
  switch (field) {
    case IndexField::kWhatsAppId:
      return "lead.whatsapp_id";
    case IndexField::kBsuid:
      return "lead.bsuid";
    case IndexField::kPhone:
      return "lead.phone";
    case IndexField::kEmail:
      return "lead.email";
    case IndexField::kWamid:
      return "message.wamid";
    case IndexField::kHandle:
      return "lead.handle";
    case IndexField::kUsername:
      return "agent.username";
    case IndexField::kDirectoryId:
      return "agent.directory_id";
    case IndexField::kPasskey:
      return "agent.passkey";
    case IndexField::kFederatedSubject:
      return "agent.federated_subject";
    case IndexField::kName:
      return "lead.name";
  }
  return "?";
}

Result<crypto::Key256> purpose_key(ReadTxn& txn, std::string_view purpose) {
  LK_TRY(const DataKey root, txn.keys().find(index_root()));
  return crypto::derive_key(*root.key, "leadkeep/index/" + std::string{purpose} + "/" +
                                           std::to_string(static_cast<unsigned>(kGeneration)));
}

Result<Ulid> id_in(ByteView row_key) {
  if (row_key.size() != kPrefixSize + sizeof(Ulid)) {
    return fail(Errc::kCorrupt, "store: an index row has an impossible length");
  }
  Ulid id{};
  std::copy_n(row_key.begin() + kPrefixSize, id.size(), id.begin());
  return id;
}

// The id that the rows with this prefix lead to.
Result<std::optional<Ulid>> find_at(ReadTxn& txn, ByteView prefix) {
  std::optional<Ulid> found;
  LK_TRY_VOID(txn.scan(TableId::kIndex, prefix, {}, [&](ByteView key, ByteView) -> Result<Step> {
    LK_TRY(found, id_in(key));
    return Step::kStop;
  }));
  return found;
}

}  // namespace

Result<Bytes> BlindIndex::prefix(ReadTxn& txn, std::string_view value) const {
  LK_TRY(const crypto::Key256 key, purpose_key(txn, name_of(m_field)));
  const auto tag = crypto::hmac_sha256(key, {as_bytes(value)});
  Bytes out;
  append_be(out, static_cast<std::uint16_t>(m_field));
  out.push_back(std::byte{kGeneration});
  append(out, ByteView{tag}.first(kTagSize));
  return out;
}

Result<std::optional<Ulid>> BlindIndex::find(ReadTxn& txn, std::string_view value) const {
  LK_TRY(const Bytes start, prefix(txn, value));
  return find_at(txn, start);
}

Result<std::vector<Ulid>> BlindIndex::find_all(ReadTxn& txn, std::string_view value,
                                               std::size_t limit) const {
  LK_TRY(const Bytes start, prefix(txn, value));
  std::vector<Ulid> found;
  LK_TRY_VOID(
      txn.scan_back(TableId::kIndex, start, {}, [&](ByteView key, ByteView) -> Result<Step> {
        if (found.size() == limit) {
          return Step::kStop;
        }
        LK_TRY(const Ulid id, id_in(key));
        found.push_back(id);
        return Step::kContinue;
      }));
  return found;
}

Result<void> BlindIndex::add(WriteTxn& txn, std::string_view value, ByteView id) const {
  LK_TRY(Bytes key, prefix(txn, value));
  LK_TRY(const auto existing, find_at(txn, key));
  if (existing && !same_bytes(*existing, id)) {
    return fail(Errc::kConflict, "store: the value belongs to another record");
  }
  if (existing) {
    return {};
  }
  append(key, id);
  return txn.put_empty(TableId::kIndex, key);
}

Result<void> BlindIndex::add_shared(WriteTxn& txn, std::string_view value, ByteView id) const {
  LK_TRY(Bytes key, prefix(txn, value));
  append(key, id);
  LK_TRY(const auto existing, find_at(txn, key));
  return existing ? Result<void>{} : txn.put_empty(TableId::kIndex, key);
}

Result<void> BlindIndex::remove(WriteTxn& txn, std::string_view value, ByteView id) const {
  LK_TRY(Bytes key, prefix(txn, value));
  append(key, id);
  return txn.erase_empty(TableId::kIndex, key);
}

Result<ByteArray<32>> keyed_tag(ReadTxn& txn, std::string_view purpose,
                                std::initializer_list<ByteView> parts) {
  LK_TRY(const crypto::Key256 key, purpose_key(txn, purpose));
  return crypto::hmac_sha256(key, parts);
}

}  // namespace leadkeep::store
