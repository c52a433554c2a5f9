#include <leadkeep/base/check.h>
#include <leadkeep/inbox/erasures.h>
#include <leadkeep/store/table.h>

namespace leadkeep::inbox {
namespace {

constexpr store::Table<records::Erasure> kErasures{store::TableId::kErasures};
constexpr std::byte kUnderWay{1};
constexpr std::byte kDone{2};
constexpr std::byte kOfNames{3};
constexpr store::Table<records::ErasedNames> kNames{store::TableId::kErasures};

Bytes erasure_key(std::byte state, ByteView lead) {
  Bytes key{state};
  append(key, lead);
  return key;
}

store::KeyRef erasures_key() {
  return store::system_key("store");
}

}  // namespace

Result<std::optional<records::Erasure>> Erasures::find(store::ReadTxn& txn,
                                                       const LeadId& lead) const {
  LK_TRY(auto done, kErasures.find(txn, erasure_key(kDone, lead.bytes()), erasures_key()));
  return done ? Result{std::move(done)}
              : kErasures.find(txn, erasure_key(kUnderWay, lead.bytes()), erasures_key());
}

Result<std::vector<records::Erasure>> Erasures::list_under_way(store::ReadTxn& txn,
                                                               std::size_t limit) const {
  std::vector<records::Erasure> found;
  LK_TRY_VOID(kErasures.scan(txn, Bytes{kUnderWay}, {}, erasures_key(),
                             [&](ByteView, records::Erasure& erasure) -> Result<store::Step> {
                               found.push_back(std::move(erasure));
                               return found.size() < limit ? store::Step::kContinue
                                                           : store::Step::kStop;
                             }));
  return found;
}

Result<void> Erasures::save(store::WriteTxn& txn, const records::Erasure& erasure) const {
  const ByteView lead = as_bytes(erasure.lead_id());
  LK_CHECK(lead.size() == sizeof(Ulid));
  if (erasure.gone_ms() == 0) {
    return kErasures.put(txn, erasure_key(kUnderWay, lead), erasures_key(), erasure);
  }
  LK_TRY_VOID(kErasures.erase(txn, erasure_key(kUnderWay, lead)));
  return kErasures.put(txn, erasure_key(kDone, lead), erasures_key(), erasure);
}

Result<void> Erasures::keep_names(store::WriteTxn& txn, const LeadId& lead,
                                  const std::vector<std::string>& names) const {
  records::ErasedNames record;
  record.mutable_names()->Assign(names.begin(), names.end());
  return kNames.put(txn, erasure_key(kOfNames, lead.bytes()), store::subject_key(lead), record);
}

Result<std::vector<std::string>> Erasures::find_names(store::ReadTxn& txn,
                                                      const LeadId& lead) const {
  const auto found =
      kNames.find(txn, erasure_key(kOfNames, lead.bytes()), store::subject_key(lead));
  if (!found && found.error().code != Errc::kNotFound) {
    return Fail{found.error()};
  }
  if (!found || !found.value()) {
    return std::vector<std::string>{};
  }
  const auto& names = found.value()->names();
  return std::vector<std::string>{names.begin(), names.end()};
}

Result<void> Erasures::forget_names(store::WriteTxn& txn, const LeadId& lead) const {
  return kNames.erase(txn, erasure_key(kOfNames, lead.bytes()));
}

}  // namespace leadkeep::inbox
