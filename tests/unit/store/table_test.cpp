#include "fakes/test_store.h"
#include "store_test_support.h"

#include <leadkeep/store/records/counter.pb.h>
#include <leadkeep/store/table.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::store {

namespace {

constexpr Table<records::Counter> kCounters{TableId::kCounters};
const KeyRef kSystem = system_key("store");

records::Counter counter(std::uint64_t value) {
  records::Counter record;
  record.set_value(value);
  return record;
}

}  // namespace

TEST(Table, FindsTheRecordThatWasPut) {
  test::TestStore store;
  ASSERT_TRUE(is_ok(store->write(
      [](WriteTxn& txn) { return kCounters.put(txn, as_bytes("n"), kSystem, counter(7)); })));
  const auto found =
      store->read([](ReadTxn& txn) { return kCounters.find(txn, as_bytes("n"), kSystem); });
  ASSERT_TRUE(is_ok(found));
  ASSERT_TRUE(found.value().has_value());
  EXPECT_EQ(found.value()->value(), 7u);
}

TEST(Table, KeepsAnEmptyRecord) {
  test::TestStore store;
  ASSERT_TRUE(is_ok(store->write(
      [](WriteTxn& txn) { return kCounters.put(txn, as_bytes("n"), kSystem, counter(0)); })));
  EXPECT_TRUE(store->read([](ReadTxn& txn) { return kCounters.find(txn, as_bytes("n"), kSystem); })
                  .value()
                  .has_value());
}

TEST(Table, FindsNothingButLoadsNoRecordThatMustBeThere) {
  test::TestStore store;
  const auto found =
      store->read([](ReadTxn& txn) { return kCounters.find(txn, as_bytes("n"), kSystem); });
  ASSERT_TRUE(is_ok(found));
  EXPECT_FALSE(found.value().has_value());
  EXPECT_TRUE(fails_with(
      store->read([](ReadTxn& txn) { return kCounters.load(txn, as_bytes("n"), kSystem); }),
      Errc::kCorrupt));
}

TEST(Table, ErasesARecord) {
  test::TestStore store;
  ASSERT_TRUE(is_ok(store->write(
      [](WriteTxn& txn) { return kCounters.put(txn, as_bytes("n"), kSystem, counter(7)); })));
  ASSERT_TRUE(
      is_ok(store->write([](WriteTxn& txn) { return kCounters.erase(txn, as_bytes("n")); })));
  EXPECT_FALSE(store->read([](ReadTxn& txn) { return kCounters.find(txn, as_bytes("n"), kSystem); })
                   .value()
                   .has_value());
}

TEST(Table, RefusesPlaintextThatIsNoRecord) {
  test::TestStore store;
  ASSERT_TRUE(is_ok(store->write([](WriteTxn& txn) {
    return txn.put_sealed(TableId::kCounters, as_bytes("n"), kSystem, as_bytes("\x08"));
  })));
  EXPECT_TRUE(fails_with(
      store->read([](ReadTxn& txn) { return kCounters.find(txn, as_bytes("n"), kSystem); }),
      Errc::kCorrupt));
}

TEST(Table, RefusesARecordSealedUnderAnotherKey) {
  test::TestStore store;
  ASSERT_TRUE(is_ok(store->write([](WriteTxn& txn) {
    return kCounters.put(txn, as_bytes("n"), system_key("audit"), counter(7));
  })));
  EXPECT_TRUE(fails_with(
      store->read([](ReadTxn& txn) { return kCounters.find(txn, as_bytes("n"), kSystem); }),
      Errc::kCorrupt));
}

TEST(Table, ScansRecordsInBothDirections) {
  test::TestStore store;
  ASSERT_TRUE(is_ok(store->write([](WriteTxn& txn) -> Result<void> {
    for (const std::uint64_t i : {1u, 2u, 3u}) {
      LK_TRY_VOID(kCounters.put(txn, as_bytes("n" + std::to_string(i)), kSystem, counter(10 * i)));
    }
    return {};
  })));
  std::vector<std::uint64_t> up;
  std::vector<std::uint64_t> down;
  const auto into = [](std::vector<std::uint64_t>& out) {
    return [&out](ByteView, const records::Counter& record) -> Result<Step> {
      out.push_back(record.value());
      return Step::kContinue;
    };
  };
  ASSERT_TRUE(is_ok(store->read([&](ReadTxn& txn) -> Result<void> {
    LK_TRY_VOID(kCounters.scan(txn, as_bytes("n"), as_bytes("n2"), kSystem, into(up)));
    return kCounters.scan_back(txn, as_bytes("n"), as_bytes("n3"), kSystem, into(down));
  })));
  EXPECT_EQ(up, (std::vector<std::uint64_t>{20, 30}));
  EXPECT_EQ(down, (std::vector<std::uint64_t>{20, 10}));
}

TEST(Table, KeepsFieldsOfALaterVersionThroughReadModifyWrite) {
  test::TestStore store;
  // Field 1000, length-delimited: tag (1000 << 3 | 2) as a varint, length 6, text.
  const std::string unknown =
      "\xc2\x3e\x06"
      "future";
  const std::string stored = "\x08\x07" + unknown;
  ASSERT_TRUE(is_ok(store->write([&](WriteTxn& txn) {
    return txn.put_sealed(TableId::kCounters, as_bytes("n"), kSystem, as_bytes(stored));
  })));
  ASSERT_TRUE(is_ok(store->write([](WriteTxn& txn) -> Result<void> {
    LK_TRY(records::Counter record, kCounters.load(txn, as_bytes("n"), kSystem));
    EXPECT_EQ(record.value(), 7u);
    record.set_value(8);
    return kCounters.put(txn, as_bytes("n"), kSystem, record);
  })));
  const auto plaintext = store->read(
      [](ReadTxn& txn) { return txn.get_sealed(TableId::kCounters, as_bytes("n"), kSystem); });
  ASSERT_TRUE(is_ok(plaintext));
  EXPECT_EQ(text_of(plaintext.value().value().expose()), "\x08\x08" + unknown);
}

}  // namespace leadkeep::store
