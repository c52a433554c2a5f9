#include <leadkeep/base/check.h>
#include <leadkeep/inbox/erasures.h>
#include <leadkeep/store/table.h>

namespace leadkeep::inbox {
namespace {

constexpr store::Table<records::Erasure> kErasures{store::TableId::kErasures};
constexpr std::byte kUnderWay{1};
constexpr std::byte kDone{2};

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

}  // namespace leadkeep::inbox
