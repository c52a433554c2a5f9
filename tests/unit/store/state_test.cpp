#include "store_test_support.h"

#include <leadkeep/crypto/random.h>
#include <leadkeep/store/state.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::store {

namespace {

const StoreId kStore = counting_bytes<16>(0xc0);
const RecordMark kMark{counting_bytes<16>(0), 7};

// Made by another implementation from the byte table of state.h.
constexpr std::string_view kPinnedTerm =
    "c56109e7222ab5c98efe40044b5b74b0b399bd77195a00a7cff3ec9edd8fc6b7";
constexpr std::string_view kPinnedState =
    "01c0c1c2c3c4c5c6c7c8c9cacbcccdcecf0102030405060708"
    "cbd77399c87063bdd77507bef0be12087d7bf53649dde8bdcd73f28c1e90907d"
    "0002000300000000000000010009000000000000000190687f4646b9c571c90e"
    "9469950cd03c41e08b0a3e322cf24351a14e1342426e";

State pinned_state() {
  const crypto::Key256 key = counting_key();
  State state;
  state.store = kStore;
  state.commit_seq = 0x0102030405060708;
  state.hash.add(state_term(key, TableId::kLeads, as_bytes("key-1"), kMark));
  state.hash.add(state_term(key, TableId::kIndex, as_bytes("row"), {}));
  state.rows[TableId::kIndex] = 1;
  state.rows[TableId::kLeads] = 1;
  return state;
}

ByteArray<32> random_term() {
  ByteArray<32> term;
  crypto::fill_random(term);
  return term;
}

}  // namespace

TEST(StateTerm, IsThePinnedTerm) {
  EXPECT_EQ(to_hex(state_term(counting_key(), TableId::kLeads, as_bytes("key-1"), kMark)),
            kPinnedTerm);
}

TEST(StateTerm, DependsOnEveryComponent) {
  const crypto::Key256 key = counting_key();
  const auto term = state_term(key, TableId::kLeads, as_bytes("key-1"), kMark);
  RecordMark newer = kMark;
  ++newer.rec_seq;
  RecordMark other_tag = kMark;
  other_tag.tag.back() ^= std::byte{1};
  EXPECT_NE(term, state_term(crypto::Key256::random(), TableId::kLeads, as_bytes("key-1"), kMark));
  EXPECT_NE(term, state_term(key, TableId::kAgents, as_bytes("key-1"), kMark));
  EXPECT_NE(term, state_term(key, TableId::kLeads, as_bytes("key-2"), kMark));
  EXPECT_NE(term, state_term(key, TableId::kLeads, as_bytes("key-1"), newer));
  EXPECT_NE(term, state_term(key, TableId::kLeads, as_bytes("key-1"), other_tag));
}

TEST(StateHash, SubtractUndoesAdd) {
  StateHash hash;
  hash.add(random_term());
  const StateHash before = hash;
  for (int i = 0; i < 1'000; ++i) {
    const auto term = random_term();
    hash.add(term);
    EXPECT_FALSE(hash == before);
    hash.subtract(term);
    ASSERT_TRUE(hash == before);
  }
}

TEST(StateHash, DoesNotDependOnTheOrder) {
  std::vector<ByteArray<32>> terms;
  std::generate_n(std::back_inserter(terms), 50, random_term);
  StateHash forward;
  for (const auto& term : terms) {
    forward.add(term);
  }
  std::mt19937 shuffler{1};
  for (int i = 0; i < 20; ++i) {
    std::shuffle(terms.begin(), terms.end(), shuffler);
    StateHash shuffled;
    shuffled.subtract(terms[3]);  // below zero for a while
    for (const auto& term : terms) {
      shuffled.add(term);
    }
    shuffled.add(terms[3]);
    EXPECT_TRUE(shuffled == forward);
  }
}

TEST(StateHash, CarriesThroughAllBytes) {
  ByteArray<32> one{};
  one.back() = std::byte{1};
  ByteArray<32> all_ones;
  all_ones.fill(std::byte{0xff});
  StateHash hash;
  hash.subtract(one);
  EXPECT_EQ(hash.bytes(), all_ones);
  hash.add(one);
  EXPECT_EQ(hash.bytes(), ByteArray<32>{});
}

TEST(StateHash, CountsARowThatIsThereTwice) {
  const auto term = random_term();
  StateHash once;
  once.add(term);
  StateHash twice = once;
  twice.add(term);
  EXPECT_FALSE(twice == once);
  EXPECT_FALSE(twice == StateHash{});
}

TEST(StateEncode, MakesThePinnedBytes) {
  EXPECT_EQ(to_hex(pinned_state().encode(counting_key())), kPinnedState);
}

TEST(StateDecode, ReadsThePinnedBytes) {
  const auto state = State::decode(counting_key(), kStore, from_hex(kPinnedState).value());
  ASSERT_TRUE(is_ok(state));
  EXPECT_EQ(state.value().store, kStore);
  EXPECT_EQ(state.value().commit_seq, 0x0102030405060708u);
  EXPECT_TRUE(state.value().hash == pinned_state().hash);
  EXPECT_EQ(state.value().rows, pinned_state().rows);
}

TEST(StateDecode, ReadsAStateWithoutRows) {
  State empty;
  empty.store = kStore;
  const auto state = State::decode(counting_key(), kStore, empty.encode(counting_key()));
  ASSERT_TRUE(is_ok(state));
  EXPECT_TRUE(state.value().rows.empty());
}

TEST(StateDecode, RefusesEveryBitFlip) {
  const crypto::Key256 key = counting_key();
  const Bytes value = pinned_state().encode(key);
  for (std::size_t bit = 0; bit < value.size() * kBitsPerByte; ++bit) {
    EXPECT_TRUE(
        fails_with(State::decode(key, kStore, with_bit_flipped(value, bit)), Errc::kCorrupt))
        << "bit " << bit;
  }
}

TEST(StateDecode, RefusesEveryTruncation) {
  const crypto::Key256 key = counting_key();
  const Bytes value = pinned_state().encode(key);
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_TRUE(fails_with(State::decode(key, kStore, ByteView{value}.first(size)), Errc::kCorrupt))
        << size << " bytes";
  }
}

TEST(StateDecode, RefusesTheStateOfAnotherStore) {
  const crypto::Key256 key = counting_key();
  const Bytes value = pinned_state().encode(key);
  EXPECT_TRUE(fails_with(State::decode(key, counting_bytes<16>(0xc1), value), Errc::kCorrupt));
}

TEST(StateDecode, RefusesAnotherKey) {
  const Bytes value = pinned_state().encode(counting_key());
  EXPECT_TRUE(fails_with(State::decode(crypto::Key256::random(), kStore, value), Errc::kCorrupt));
}

}  // namespace leadkeep::store
