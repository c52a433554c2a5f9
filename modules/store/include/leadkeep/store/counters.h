// leadkeep/store/counters.h — dense numbers: 1, 2, 3 … without gaps
#pragma once
#include <leadkeep/store/transaction.h>

#include <string_view>

namespace leadkeep::store {

inline constexpr std::string_view kJournalCounter = "journal";

// The next number of the counter, taken for good when the transaction commits.
[[nodiscard]] Result<std::uint64_t> next_number(WriteTxn& txn, std::string_view counter);
[[nodiscard]] Result<std::uint64_t> last_number(ReadTxn& txn, std::string_view counter);

}  // namespace leadkeep::store
