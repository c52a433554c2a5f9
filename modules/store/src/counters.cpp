#include <leadkeep/store/counters.h>
#include <leadkeep/store/records/counter.pb.h>
#include <leadkeep/store/table.h>

#include <limits>

namespace leadkeep::store {
namespace {

constexpr Table<records::Counter> kCounters{TableId::kCounters};

}  // namespace

Result<std::uint64_t> last_number(ReadTxn& txn, std::string_view counter) {
  LK_TRY(const auto record, kCounters.find(txn, as_bytes(counter), system_key("store")));
  return record ? record->value() : 0;
}

Result<std::uint64_t> next_number(WriteTxn& txn, std::string_view counter) {
  LK_TRY(const std::uint64_t last, last_number(txn, counter));
  if (last == std::numeric_limits<std::uint64_t>::max()) {
    return fail(Errc::kCorrupt, "store: a counter is at its end");  // a number is never given twice
  }
  records::Counter record;
  record.set_value(last + 1);
  LK_TRY_VOID(kCounters.put(txn, as_bytes(counter), system_key("store"), record));
  return last + 1;
}

}  // namespace leadkeep::store
