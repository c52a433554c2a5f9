#include "fakes/test_store.h"
#include "store_test_support.h"

#include <leadkeep/store/blind_index.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::store {

namespace {

constexpr std::string_view kValue = "+491701234567";
const Ulid kLead = counting_bytes<16>(0x10);
const Ulid kOtherLead = counting_bytes<16>(0x40);

const std::vector<IndexField> kFields = {IndexField::kWhatsAppId, IndexField::kBsuid,
                                         IndexField::kPhone,      IndexField::kEmail,
                                         IndexField::kWamid,      IndexField::kHandle,
                                         IndexField::kUsername,   IndexField::kDirectoryId,
                                         IndexField::kPasskey,    IndexField::kFederatedSubject,
                                         IndexField::kName};

class BlindIndexTest : public ::testing::Test {
 protected:
  Result<void> add(IndexField field, std::string_view value, const Ulid& id) {
    return m_store->write([&](WriteTxn& txn) { return BlindIndex{field}.add(txn, value, id); });
  }

  Result<void> remove(IndexField field, std::string_view value, const Ulid& id) {
    return m_store->write([&](WriteTxn& txn) { return BlindIndex{field}.remove(txn, value, id); });
  }

  std::optional<Ulid> find(IndexField field, std::string_view value) {
    auto found = m_store->read([&](ReadTxn& txn) { return BlindIndex{field}.find(txn, value); });
    EXPECT_TRUE(is_ok(found));
    return found ? found.value() : std::nullopt;
  }

  std::vector<Bytes> rows(test::TestStore& store) {
    std::vector<Bytes> keys;
    EXPECT_TRUE(is_ok(store->read([&](ReadTxn& txn) {
      return txn.scan(TableId::kIndex, {}, {}, [&](ByteView key, ByteView value) -> Result<Step> {
        EXPECT_TRUE(value.empty());
        keys.emplace_back(key.begin(), key.end());
        return Step::kContinue;
      });
    })));
    return keys;
  }

  test::TestStore m_store;
};

Bytes tag_of(const Bytes& row) {
  return {row.begin() + 3, row.begin() + 19};
}

}  // namespace

TEST_F(BlindIndexTest, FindsTheIdOfAValue) {
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  EXPECT_EQ(find(IndexField::kPhone, kValue), kLead);
  EXPECT_EQ(find(IndexField::kPhone, "+491701234568"), std::nullopt);
  EXPECT_EQ(find(IndexField::kPhone, ""), std::nullopt);
}

TEST_F(BlindIndexTest, WritesRowsOfThePinnedLayout) {
  ASSERT_TRUE(is_ok(add(IndexField::kEmail, kValue, kLead)));
  const auto found = rows(m_store);
  ASSERT_EQ(found.size(), 1u);
  ASSERT_EQ(found[0].size(), 35u);
  EXPECT_EQ(to_hex(ByteView{found[0]}.first(3)), "000401");
  EXPECT_EQ(to_hex(ByteView{found[0]}.last(16)), to_hex(kLead));
}

TEST_F(BlindIndexTest, GivesEqualValuesTheSameTag) {
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  const auto first = rows(m_store);
  ASSERT_TRUE(is_ok(remove(IndexField::kPhone, kValue, kLead)));
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kOtherLead)));
  const auto second = rows(m_store);
  ASSERT_EQ(first.size(), 1u);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(tag_of(first[0]), tag_of(second[0]));
}

TEST_F(BlindIndexTest, GivesEachFieldAnotherTagForOneValue) {
  for (const IndexField field : kFields) {
    ASSERT_TRUE(is_ok(add(field, kValue, kLead)));
  }
  std::set<Bytes> tags;
  for (const Bytes& row : rows(m_store)) {
    tags.insert(tag_of(row));
  }
  EXPECT_EQ(tags.size(), kFields.size());
}

TEST_F(BlindIndexTest, GivesEachStoreAnotherTagForOneValue) {
  test::TestStore other;
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  ASSERT_TRUE(is_ok(other->write(
      [](WriteTxn& txn) { return BlindIndex{IndexField::kPhone}.add(txn, kValue, kLead); })));
  EXPECT_NE(tag_of(rows(m_store).at(0)), tag_of(rows(other).at(0)));
}

TEST_F(BlindIndexTest, NeverHoldsTheValueInAKey) {
  const std::string value = "ada@example.org";
  ASSERT_TRUE(is_ok(add(IndexField::kEmail, value, kLead)));
  for (const Bytes& row : rows(m_store)) {
    for (std::size_t at = 0; at + 4 <= value.size(); ++at) {
      const ByteView piece = as_bytes(value).subspan(at, 4);
      EXPECT_TRUE(std::search(row.begin(), row.end(), piece.begin(), piece.end()) == row.end());
    }
  }
}

TEST_F(BlindIndexTest, RefusesAValueOfAnotherRecord) {
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  EXPECT_TRUE(fails_with(add(IndexField::kPhone, kValue, kOtherLead), Errc::kConflict));
  EXPECT_EQ(find(IndexField::kPhone, kValue), kLead);
  EXPECT_EQ(rows(m_store).size(), 1u);
}

TEST_F(BlindIndexTest, AddsTheSameRowOnce) {
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  EXPECT_EQ(rows(m_store).size(), 1u);
  const auto report = m_store->verify();
  ASSERT_TRUE(is_ok(report));
  EXPECT_TRUE(report.value().ok());
}

TEST_F(BlindIndexTest, LetsSeveralValuesLeadToOneRecord) {
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, "+4930123456", kLead)));
  EXPECT_EQ(find(IndexField::kPhone, kValue), kLead);
  EXPECT_EQ(find(IndexField::kPhone, "+4930123456"), kLead);
}

TEST_F(BlindIndexTest, FindsEachRecordThatSharesAValueUpToALimit) {
  const BlindIndex names{IndexField::kName};
  for (const Ulid& id : {kLead, kOtherLead, kLead}) {
    ASSERT_TRUE(is_ok(
        m_store->write([&](WriteTxn& txn) { return names.add_shared(txn, "anna muller", id); })));
  }
  const auto found = [&](std::size_t limit) {
    return m_store->read([&](ReadTxn& txn) { return names.find_all(txn, "anna muller", limit); })
        .value();
  };
  EXPECT_EQ(found(10), (std::vector<Ulid>{kOtherLead, kLead}));
  EXPECT_EQ(found(1).size(), 1U);
  ASSERT_TRUE(is_ok(remove(IndexField::kName, "anna muller", kLead)));
  EXPECT_EQ(found(10), std::vector<Ulid>{kOtherLead});
}

TEST_F(BlindIndexTest, RemovesOnlyTheRowOfTheRecord) {
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  ASSERT_TRUE(is_ok(remove(IndexField::kPhone, kValue, kOtherLead)));
  EXPECT_EQ(find(IndexField::kPhone, kValue), kLead);
  ASSERT_TRUE(is_ok(remove(IndexField::kPhone, kValue, kLead)));
  EXPECT_EQ(find(IndexField::kPhone, kValue), std::nullopt);
  EXPECT_TRUE(rows(m_store).empty());
}

TEST_F(BlindIndexTest, StillFindsAValueWhenOpenedAgain) {
  ASSERT_TRUE(is_ok(add(IndexField::kPhone, kValue, kLead)));
  m_store.reopen();
  EXPECT_EQ(find(IndexField::kPhone, kValue), kLead);
}

TEST_F(BlindIndexTest, MakesAKeyedTagThatDependsOnPurposeAndParts) {
  const auto tag = [&](std::string_view purpose, std::string_view part) {
    return m_store->read([&](ReadTxn& txn) { return keyed_tag(txn, purpose, {as_bytes(part)}); })
        .value();
  };
  EXPECT_EQ(tag("api.idempotency", "a"), tag("api.idempotency", "a"));
  EXPECT_NE(tag("api.idempotency", "a"), tag("api.idempotency", "b"));
  EXPECT_NE(tag("api.idempotency", "a"), tag("api.other", "a"));
}

}  // namespace leadkeep::store
