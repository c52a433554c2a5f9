// leadkeep/inbox/erasures.h — who was erased, and whose erasure is under way
//
// Rows of kErasures: 1 lead(16) under way and 2 lead(16) done, sealed under the system key "store"; 3 lead(16),
// while it is under way, ErasedNames, sealed under the key of the subject.
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/id.h>
#include <leadkeep/store/records/erasure.pb.h>
#include <leadkeep/store/transaction.h>

#include <optional>
#include <string>
#include <vector>

namespace leadkeep::inbox {

class Erasures {
 public:
  [[nodiscard]] Result<std::optional<records::Erasure>> find(store::ReadTxn& txn,
                                                             const LeadId& lead) const;
  // At most `limit`.
  [[nodiscard]] Result<std::vector<records::Erasure>> list_under_way(store::ReadTxn& txn,
                                                                     std::size_t limit) const;
  // Under way as long as gone_ms is 0.
  [[nodiscard]] Result<void> save(store::WriteTxn& txn, const records::Erasure& erasure) const;

  [[nodiscard]] Result<void> keep_names(store::WriteTxn& txn, const LeadId& lead,
                                        const std::vector<std::string>& names) const;
  // None once the key of the subject is gone.
  [[nodiscard]] Result<std::vector<std::string>> find_names(store::ReadTxn& txn,
                                                            const LeadId& lead) const;
  [[nodiscard]] Result<void> forget_names(store::WriteTxn& txn, const LeadId& lead) const;
};

}  // namespace leadkeep::inbox
