// The state row of a store that was exchanged or rolled back on disk. Only the genuine bytes
// decode; behind a right MAC, impossible content is refused and possible content stays the same.
#include "fixed_key.h"
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/store/state.h>

namespace leadkeep::store {
namespace {

constexpr std::size_t kMacSize = 32;

Bytes genuine_row() {
  State state;
  state.store = fixed_store();
  state.commit_seq = 7;
  state.hash.add(state_term(fixed_key(), TableId::kLeads, as_bytes("key"), {}));
  state.rows[TableId::kLeads] = 1;
  state.rows[TableId::kIndex] = 0;
  return state.encode(fixed_key());
}

Result<State> decode(ByteView row) {
  auto state = State::decode(fixed_key(), fixed_store(), row);
  LK_CHECK(state.ok() || state.error().code == Errc::kCorrupt);
  return state;
}

void check_row(ByteView row) {
  static const Bytes genuine = genuine_row();
  const auto state = decode(row);
  LK_CHECK(state.ok() == same_bytes(row, genuine));
  LK_CHECK(!state.ok() || same_bytes(state.value().encode(fixed_key()), genuine));
}

// What only a bug of ours could write.
void check_signed(Bytes body) {
  append(body, crypto::hmac_sha256(fixed_key(), {as_bytes("store/state/1"), body}));
  const auto state = decode(body);
  if (state.ok()) {
    const Bytes row = state.value().encode(fixed_key());
    LK_CHECK(row.size() <= body.size());
    const auto again = decode(row);
    LK_CHECK(again.ok() && same_bytes(again.value().encode(fixed_key()), row));
  }
}

void check_input(std::string_view input) {
  const ByteView bytes = as_bytes(input);
  check_row(bytes);
  const Bytes changed = tampered(genuine_row(), bytes);
  check_row(changed);
  check_signed({bytes.begin(), bytes.end()});
  check_signed({changed.begin(), changed.end() - kMacSize});
}

}  // namespace
}  // namespace leadkeep::store

LK_FUZZ_TARGET(leadkeep::store::check_input)
