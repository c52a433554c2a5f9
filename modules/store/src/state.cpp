#include <leadkeep/crypto/hash.h>
#include <leadkeep/store/state.h>

#include <algorithm>

namespace leadkeep::store {
namespace {

constexpr std::byte kFormat{1};
constexpr std::string_view kDomain = "store/state/1";
constexpr std::size_t kFixedSize = 59;
constexpr std::size_t kEntrySize = 10;
constexpr std::size_t kMacSize = 32;

}  // namespace

void StateHash::add(const ByteArray<32>& term) noexcept {
  unsigned carry = 0;
  for (std::size_t i = m_sum.size(); i-- > 0;) {
    const unsigned sum =
        std::to_integer<unsigned>(m_sum[i]) + std::to_integer<unsigned>(term[i]) + carry;
    m_sum[i] = static_cast<std::byte>(sum & 0xff);
    carry = sum >> 8;
  }
}

void StateHash::subtract(const ByteArray<32>& term) noexcept {
  unsigned borrow = 0;
  for (std::size_t i = m_sum.size(); i-- > 0;) {
    const unsigned from = std::to_integer<unsigned>(m_sum[i]) + 0x100;
    const unsigned difference = from - std::to_integer<unsigned>(term[i]) - borrow;
    m_sum[i] = static_cast<std::byte>(difference & 0xff);
    borrow = difference < 0x100 ? 1 : 0;
  }
}

StateHash StateHash::from(ByteView bytes) noexcept {
  StateHash out;
  std::copy_n(bytes.begin(), out.m_sum.size(), out.m_sum.begin());
  return out;
}

ByteArray<32> state_term(const crypto::Key256& key, TableId table, ByteView row_key,
                         const RecordMark& mark) {
  Bytes row;
  row.reserve(2 + 2 + row_key.size() + mark.tag.size() + 8);
  append_be(row, static_cast<std::uint16_t>(table));
  append_be(row, static_cast<std::uint16_t>(row_key.size()));
  append(row, row_key);
  append(row, mark.tag);
  append_be(row, mark.rec_seq);
  return crypto::hmac_sha256(key, {row});
}

Bytes State::encode(const crypto::Key256& key) const {
  Bytes out{kFormat};
  append(out, store);
  append_be(out, commit_seq);
  append(out, hash.bytes());
  append_be(out, static_cast<std::uint16_t>(rows.size()));
  for (const auto& [table, count] : rows) {
    append_be(out, static_cast<std::uint16_t>(table));
    append_be(out, count);
  }
  append(out, crypto::hmac_sha256(key, {as_bytes(kDomain), out}));
  return out;
}

Result<State> State::decode(const crypto::Key256& key, const StoreId& store, ByteView value) {
  if (value.size() < kFixedSize + kMacSize || value[0] != kFormat) {
    return fail(Errc::kCorrupt, "store: the state row has an unknown format");
  }
  const ByteView body = value.first(value.size() - kMacSize);
  const auto expected = crypto::hmac_sha256(key, {as_bytes(kDomain), body});
  if (crypto::compare_constant_time(expected, value.last(kMacSize)) != crypto::Compared::kEqual ||
      !same_bytes(body.subspan(1, store.size()), store)) {
    return fail(Errc::kCorrupt, "store: the state row does not verify");
  }
  State state;
  state.store = store;
  state.commit_seq = read_be<std::uint64_t>(body.subspan(17));
  state.hash = StateHash::from(body.subspan(25));
  const std::size_t tables = read_be<std::uint16_t>(body.subspan(57));
  if (body.size() != kFixedSize + tables * kEntrySize) {
    return fail(Errc::kCorrupt, "store: the state row has an impossible length");
  }
  for (std::size_t i = 0; i < tables; ++i) {
    const ByteView entry = body.subspan(kFixedSize + i * kEntrySize, kEntrySize);
    state.rows[static_cast<TableId>(read_be<std::uint16_t>(entry))] =
        read_be<std::uint64_t>(entry.subspan(2));
  }
  return state;
}

}  // namespace leadkeep::store
