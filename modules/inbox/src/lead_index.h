// How a lead is found again: its identifiers and names in the blind indexes, kept as the record says.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/store/blind_index.h>
#include <leadkeep/store/records/lead.pb.h>

#include <optional>
#include <string>
#include <vector>

namespace leadkeep::inbox {

using Value = std::optional<Pii<std::string>>;

// Nothing for no value. An index row of a lead whose key is gone leads nowhere: the person is a new lead.
[[nodiscard]] Result<std::optional<LeadId>> find_by(store::ReadTxn& txn, store::IndexField field,
                                                    const Value& value);

// Ties one identifier to the lead, unless it belongs to another one.
enum class Tied : std::uint8_t { kNew, kSeenBefore, kOfAnother };
[[nodiscard]] Result<Tied> tie(store::WriteTxn& txn, records::Lead& lead,
                               records::Identifier::Kind kind, const Pii<std::string>& value,
                               Timestamp now);

// Of the one at `index` of its identifiers.
[[nodiscard]] Result<void> untie(store::WriteTxn& txn, records::Lead& lead, int index);

// The lead is found by the names it has now and no more by those that only `before` had.
[[nodiscard]] Result<void> index_names(store::WriteTxn& txn, const records::Lead& before,
                                       const records::Lead& now);

// The lead is found by nothing any more.
[[nodiscard]] Result<void> remove_from_indexes(store::WriteTxn& txn, const records::Lead& lead);

[[nodiscard]] Result<std::string> take_free_handle(store::WriteTxn& txn, const LeadId& lead);

}  // namespace leadkeep::inbox
