// leadkeep/store/state.h — the commit sequence and the keyed hash over all rows
//
// The one row of kState, rewritten by every write transaction; numbers are big-endian:
//   offset  size  field
//        0     1  format      1
//        1    16  store id
//       17     8  commit_seq
//       25    32  hash        sum mod 2^256, over every row of every other table, of HMAC-SHA256(key,
//                             table(2) ‖ key length(2) ‖ key ‖ tag(16) ‖ rec_seq(8))
//       57     2  tables      n
//       59  10·n  table(2) ‖ number of rows(8), ascending by table
//   59+10n    32  HMAC-SHA256(key, "store/state/1" ‖ everything before)
//
// Adding a row adds its term, removing it subtracts, so the hash costs the same whatever the size
// of the store (MSet-Add-Hash; Clarke et al., ASIACRYPT 2003). Only who has the key can make a
// term.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/key.h>
#include <leadkeep/store/sealed_record.h>

#include <map>

namespace leadkeep::store {

class StateHash {
 public:
  void add(const ByteArray<32>& term) noexcept;
  void subtract(const ByteArray<32>& term) noexcept;

  [[nodiscard]] const ByteArray<32>& bytes() const noexcept { return m_sum; }

  [[nodiscard]] static StateHash from(ByteView bytes) noexcept;  // 32 bytes

  friend bool operator==(const StateHash&, const StateHash&) = default;

 private:
  ByteArray<32> m_sum{};
};

[[nodiscard]] ByteArray<32> state_term(const crypto::Key256& key, TableId table, ByteView row_key,
                                       const RecordMark& mark);

struct State {
  StoreId store{};
  std::uint64_t commit_seq = 0;
  StateHash hash;
  std::map<TableId, std::uint64_t> rows;

  [[nodiscard]] Bytes encode(const crypto::Key256& key) const;
  [[nodiscard]] static Result<State> decode(const crypto::Key256& key, const StoreId& store,
                                            ByteView value);
};

inline constexpr std::string_view kStateRowKey = "state";

}  // namespace leadkeep::store
