#include "fakes/fake_clock.h"
#include "fakes/temp_directory.h"
#include "store_test_support.h"

#include <leadkeep/base/metrics.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/store/key_store.h>
#include <leadkeep/store/lmdb_engine.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::store {

namespace {

constexpr std::size_t kRowSize = 120;
constexpr std::size_t kCommitmentAt = 88;

const StoreId kStore = counting_bytes<16>(0xc0);

Bytes row_key_of(const KeyRef& ref) {
  Bytes key{static_cast<std::byte>(ref.kind)};
  append(key, ref.id);
  append_be(key, std::uint16_t{1});
  return key;
}

// Keys cannot be compared, so what they compute is.
ByteArray<32> fingerprint(const DataKey& key) {
  return crypto::hmac_sha256(*key.key, {});
}

class KeyStoreTest : public ::testing::Test {
 protected:
  KeyStoreTest() {
    m_engine = open_engine(m_directory);
    EXPECT_TRUE(is_ok(KeyStore::create(*m_engine, m_root, kStore, m_clock.now())));
    m_keys = open(m_root).value();
  }

  std::unique_ptr<LmdbEngine> open_engine(const test::TempDirectory& directory) {
    return LmdbEngine::open(
               {directory.path(), std::size_t{16} << 20, kKeyTables, Rehearsal::kEveryWrite},
               m_metrics)
        .value();
  }

  Result<std::unique_ptr<KeyStore>> open(const crypto::Key256& root) {
    return KeyStore::open(*m_engine, root, m_clock);
  }

  // A KeyStore on the same rows with an empty cache.
  KeyStore& opened_again() {
    m_keys = open(m_root).value();
    return *m_keys;
  }

  Bytes row(const KeyRef& ref) { return row_in(*m_engine, ref); }

  static Bytes row_in(Engine& engine, const KeyRef& ref) {
    Bytes value;
    EXPECT_TRUE(is_ok(engine.read([&](ReadView& view) -> Result<void> {
      LK_TRY(const auto found, view.get(TableId::kKeys, row_key_of(ref)));
      if (found) {
        value.assign(found->begin(), found->end());
      }
      return {};
    })));
    return value;
  }

  void overwrite(const KeyRef& ref, ByteView value) {
    ASSERT_TRUE(is_ok(m_engine->write(
        [&](WriteView& view) { return view.put(TableId::kKeys, row_key_of(ref), value); })));
  }

  test::TempDirectory m_directory;
  Metrics m_metrics;
  test::FakeClock m_clock;
  crypto::Key256 m_root = crypto::Key256::random();
  std::unique_ptr<LmdbEngine> m_engine;
  std::unique_ptr<KeyStore> m_keys;
};

const KeyRef kKek{KeyKind::kKek, {}};
const KeyRef kManifest{KeyKind::kManifest, {}};
const KeyRef kDay = journal_key(20'000);

}  // namespace

TEST(KeyRefs, HoldTheIdAsTheHeaderSays) {
  const LeadId lead{counting_bytes<16>(0x10)};
  EXPECT_EQ(subject_key(lead).kind, KeyKind::kSubject);
  EXPECT_EQ(to_hex(subject_key(lead).id), "101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(system_key("store").kind, KeyKind::kSystem);
  EXPECT_EQ(to_hex(system_key("store").id), "73746f72650000000000000000000000");
  EXPECT_EQ(journal_key(0x01020304).kind, KeyKind::kJournalDay);
  EXPECT_EQ(to_hex(journal_key(0x01020304).id), "00000000000000000000000001020304");
}

TEST_F(KeyStoreTest, WritesTheManifestOfTheHeader) {
  EXPECT_EQ(to_hex(row(kManifest)), "01" + to_hex(kStore));
}

TEST_F(KeyStoreTest, WritesRowsOfThePinnedLayout) {
  ASSERT_TRUE(is_ok(m_keys->ensure(kDay)));
  Bytes start{std::byte{1}, std::byte{1}, std::byte{0}, std::byte{0}};
  append_be(start, std::uint32_t{1});
  append_be(start, static_cast<std::uint64_t>(m_clock.now().ms));
  for (const KeyRef& ref : {kKek, kDay}) {
    const Bytes value = row(ref);
    ASSERT_EQ(value.size(), kRowSize);
    EXPECT_EQ(to_hex(ByteView{value}.first(16)), to_hex(start));
  }
}

TEST_F(KeyStoreTest, WritesTheCommitmentOfTheHeader) {
  const auto key = m_keys->ensure(kDay);
  ASSERT_TRUE(is_ok(key));
  const auto expected = crypto::hmac_sha256(
      *key.value().key, {as_bytes("leadkeep/commit/1"), kStore, row_key_of(kDay)});
  EXPECT_EQ(to_hex(ByteView{row(kDay)}.subspan(kCommitmentAt)), to_hex(expected));
}

TEST_F(KeyStoreTest, RefusesToBeCreatedTwice) {
  const Bytes kek = row(kKek);
  EXPECT_TRUE(
      fails_with(KeyStore::create(*m_engine, m_root, kStore, m_clock.now()), Errc::kConflict));
  EXPECT_EQ(row(kKek), kek);
}

TEST_F(KeyStoreTest, RefusesAnotherRootKey) {
  EXPECT_TRUE(fails_with(open(crypto::Key256::random()), Errc::kUnauthenticated));
}

TEST_F(KeyStoreTest, RefusesAnEmptyEngine) {
  const test::TempDirectory directory;
  const auto empty = open_engine(directory);
  EXPECT_TRUE(fails_with(KeyStore::open(*empty, m_root, m_clock), Errc::kNotFound));
}

TEST_F(KeyStoreTest, RefusesAManifestOfAnotherStore) {
  Bytes other{std::byte{1}};
  append(other, counting_bytes<16>(0xc1));
  overwrite(kManifest, other);
  EXPECT_TRUE(fails_with(open(m_root), Errc::kUnauthenticated));
}

TEST_F(KeyStoreTest, RefusesAManifestOfAnUnknownFormat) {
  overwrite(kManifest, Bytes(17, std::byte{2}));
  EXPECT_TRUE(fails_with(open(m_root), Errc::kCorrupt));
  overwrite(kManifest, Bytes(16, std::byte{1}));
  EXPECT_TRUE(fails_with(open(m_root), Errc::kCorrupt));
}

TEST_F(KeyStoreTest, FindsNoKeyThatWasNeverMade) {
  EXPECT_TRUE(fails_with(m_keys->find(kDay), Errc::kNotFound));
}

TEST_F(KeyStoreTest, YieldsOneKeyForTwoCallsOfEnsure) {
  const auto first = m_keys->ensure(kDay);
  const auto second = m_keys->ensure(kDay);
  ASSERT_TRUE(is_ok(first));
  ASSERT_TRUE(is_ok(second));
  EXPECT_EQ(fingerprint(first.value()), fingerprint(second.value()));
  EXPECT_EQ(first.value().version, 1);
}

TEST_F(KeyStoreTest, YieldsOneKeyToManyThreads) {
  std::vector<ByteArray<32>> seen(8);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : seen) {
      threads.emplace_back([this, &mine] {
        if (const auto key = m_keys->ensure(kDay)) {
          mine = fingerprint(key.value());
        }
      });
    }
  }
  EXPECT_NE(seen[0], ByteArray<32>{});
  for (const auto& one : seen) {
    EXPECT_EQ(one, seen[0]);
  }
}

TEST_F(KeyStoreTest, FindsTheSameKeyWhenOpenedAgain) {
  const auto made = m_keys->ensure(kDay);
  ASSERT_TRUE(is_ok(made));
  const auto found = opened_again().find(kDay);
  ASSERT_TRUE(is_ok(found));
  EXPECT_EQ(fingerprint(made.value()), fingerprint(found.value()));
}

TEST_F(KeyStoreTest, MakesAnotherKeyForEachReference) {
  const auto a = m_keys->ensure(journal_key(1));
  const auto b = m_keys->ensure(journal_key(2));
  const auto c = m_keys->ensure(KeyRef{KeyKind::kSystem, journal_key(1).id});
  ASSERT_TRUE(a.ok() && b.ok() && c.ok());
  EXPECT_NE(fingerprint(a.value()), fingerprint(b.value()));
  EXPECT_NE(fingerprint(a.value()), fingerprint(c.value()));
}

TEST_F(KeyStoreTest, RefusesSwappedRows) {
  const KeyRef other = journal_key(20'001);
  ASSERT_TRUE(is_ok(m_keys->ensure(kDay)));
  ASSERT_TRUE(is_ok(m_keys->ensure(other)));
  const Bytes first = row(kDay);
  const Bytes second = row(other);
  overwrite(kDay, second);
  overwrite(other, first);
  KeyStore& again = opened_again();
  EXPECT_TRUE(fails_with(again.find(kDay), Errc::kCorrupt));
  EXPECT_TRUE(fails_with(again.find(other), Errc::kCorrupt));
  EXPECT_TRUE(fails_with(again.ensure(kDay), Errc::kCorrupt));
}

TEST_F(KeyStoreTest, RefusesEveryBitFlipOfARow) {
  ASSERT_TRUE(is_ok(m_keys->ensure(kDay)));
  const Bytes value = row(kDay);
  KeyStore& again = opened_again();
  for (std::size_t bit = 0; bit < value.size() * kBitsPerByte; ++bit) {
    overwrite(kDay, with_bit_flipped(value, bit));
    EXPECT_TRUE(fails_with(again.find(kDay), Errc::kCorrupt)) << "bit " << bit;
  }
  overwrite(kDay, value);
  EXPECT_TRUE(is_ok(again.find(kDay)));
}

TEST_F(KeyStoreTest, RefusesTruncatedAndLongerRows) {
  ASSERT_TRUE(is_ok(m_keys->ensure(kDay)));
  Bytes value = row(kDay);
  KeyStore& again = opened_again();
  for (const std::size_t size : {0u, 1u, 16u, 88u, 119u}) {
    overwrite(kDay, ByteView{value}.first(size));
    EXPECT_TRUE(fails_with(again.find(kDay), Errc::kCorrupt)) << size << " bytes";
  }
  value.push_back(std::byte{0});
  overwrite(kDay, value);
  EXPECT_TRUE(fails_with(again.find(kDay), Errc::kCorrupt));
}

TEST_F(KeyStoreTest, RefusesTheCommitmentOfAnotherKey) {
  const KeyRef other = journal_key(20'001);
  ASSERT_TRUE(is_ok(m_keys->ensure(kDay)));
  ASSERT_TRUE(is_ok(m_keys->ensure(other)));
  Bytes mixed = row(kDay);
  mixed.resize(kCommitmentAt);
  append(mixed, ByteView{row(other)}.subspan(kCommitmentAt));
  overwrite(kDay, mixed);
  EXPECT_TRUE(fails_with(opened_again().find(kDay), Errc::kCorrupt));
}

TEST_F(KeyStoreTest, RefusesRowsOfAnotherStoreUnderTheSameRootKey) {
  const test::TempDirectory directory;
  const auto other = open_engine(directory);
  ASSERT_TRUE(is_ok(KeyStore::create(*other, m_root, counting_bytes<16>(0xd0), m_clock.now())));
  const auto other_keys = KeyStore::open(*other, m_root, m_clock).value();
  ASSERT_TRUE(is_ok(other_keys->ensure(kDay)));

  overwrite(kDay, row_in(*other, kDay));
  EXPECT_TRUE(fails_with(opened_again().find(kDay), Errc::kCorrupt));
  overwrite(kKek, row_in(*other, kKek));
  EXPECT_TRUE(fails_with(open(m_root), Errc::kUnauthenticated));
}

TEST_F(KeyStoreTest, ReadsAKeyFromItsRowAgainAfterFiveMinutes) {
  ASSERT_TRUE(is_ok(m_keys->ensure(kDay)));
  overwrite(kDay, Bytes(kRowSize));
  m_clock.advance(std::chrono::minutes{5} - std::chrono::milliseconds{1});
  EXPECT_TRUE(is_ok(m_keys->find(kDay)));
  m_clock.advance(std::chrono::milliseconds{1});
  EXPECT_TRUE(fails_with(m_keys->find(kDay), Errc::kCorrupt));
}

const KeyRef kSubject{KeyKind::kSubject, counting_bytes<16>(1)};
const KeyRef kOtherSubject{KeyKind::kSubject, counting_bytes<16>(2)};

TEST_F(KeyStoreTest, DestroysAKeyForGood) {
  ASSERT_TRUE(is_ok(m_keys->ensure(kSubject)));
  ASSERT_TRUE(is_ok(m_keys->ensure(kOtherSubject)));
  ASSERT_TRUE(is_ok(m_keys->destroy(kSubject)));
  EXPECT_TRUE(fails_with(m_keys->find(kSubject), Errc::kNotFound));
  EXPECT_TRUE(fails_with(m_keys->ensure(kSubject), Errc::kNotFound)) << "it is made again";
  EXPECT_TRUE(fails_with(opened_again().find(kSubject), Errc::kNotFound));
  EXPECT_TRUE(fails_with(m_keys->ensure(kSubject), Errc::kNotFound));
  EXPECT_TRUE(is_ok(m_keys->find(kOtherSubject)));
}

TEST_F(KeyStoreTest, SaysWhenAKeyWasDestroyedAndInWhichEpoch) {
  ASSERT_TRUE(is_ok(m_keys->ensure(kSubject)));
  ASSERT_TRUE(is_ok(m_keys->destroy(kSubject)));
  const Timestamp then = m_clock.now();
  m_clock.advance(std::chrono::hours{1});
  ASSERT_TRUE(is_ok(m_keys->destroy(kSubject))) << "once more, which changes nothing";
  const auto mark = m_keys->find_destroyed(kSubject);
  ASSERT_TRUE(is_ok(mark) && mark.value());
  EXPECT_EQ(mark.value()->at, then);
  EXPECT_EQ(mark.value()->epoch, 1U);
  const auto none = m_keys->find_destroyed(kOtherSubject);
  ASSERT_TRUE(is_ok(none));
  EXPECT_FALSE(none.value());
}

TEST_F(KeyStoreTest, LeavesNoMarkForAKeyThatNeverWas) {
  ASSERT_TRUE(is_ok(m_keys->destroy(kSubject)));
  EXPECT_FALSE(m_keys->find_destroyed(kSubject).value());
  EXPECT_TRUE(is_ok(m_keys->ensure(kSubject)));
}

// What ends an epoch, each step once.
class EpochEnd {
 public:
  EpochEnd(KeyStore& keys, const crypto::Key256& root) : m_keys{keys}, m_root{root} {}

  Result<void> step(int number) {
    switch (number) {
      case 0:
        return m_keys.begin_epoch(m_root);
      case 1:
        return take_over();
      case 2:
        return m_keys.remove_older_keks();
      default:
        return m_keys.note_ends();
    }
  }

  Result<void> all() {
    for (int number = 0; number < kSteps; ++number) {
      LK_TRY_VOID(step(number));
    }
    return {};
  }

  static constexpr int kSteps = 4;

 private:
  Result<void> take_over() {
    std::optional<Bytes> next{Bytes{}};
    while (next) {
      LK_TRY(next, m_keys.take_over(*next, 2));
    }
    return {};
  }

  KeyStore& m_keys;
  const crypto::Key256& m_root;
};

TEST_F(KeyStoreTest, KeepsEveryKeyWhenAnEpochEnds) {
  std::vector<std::pair<KeyRef, ByteArray<32>>> made;
  for (unsigned i = 0; i < 9; ++i) {
    const KeyRef ref =
        i % 2 == 0 ? journal_key(i) : KeyRef{KeyKind::kSubject, counting_bytes<16>(i)};
    made.emplace_back(ref, fingerprint(m_keys->ensure(ref).value()));
  }
  const Bytes before = row(made.front().first);
  m_clock.advance(std::chrono::hours{24});
  ASSERT_TRUE(is_ok(EpochEnd(*m_keys, m_root).all()));
  EXPECT_EQ(m_keys->epoch(), 2U);
  EXPECT_EQ(m_keys->find_end(1).value(), m_clock.now());
  EXPECT_FALSE(m_keys->find_end(2).value());
  EXPECT_NE(row(made.front().first), before);
  const auto expect_all = [&] {
    for (const auto& [ref, seen] : made) {
      const auto found = m_keys->find(ref);
      ASSERT_TRUE(is_ok(found));
      EXPECT_EQ(fingerprint(found.value()), seen);
    }
  };
  expect_all();
  opened_again();
  expect_all();
}

TEST_F(KeyStoreTest, CannotUnwrapAnOldRowOnceItsEpochIsOver) {
  ASSERT_TRUE(is_ok(m_keys->ensure(kSubject)));
  const Bytes old_row = row(kSubject);
  ASSERT_TRUE(is_ok(m_keys->destroy(kSubject)));
  overwrite(kSubject, old_row);
  EXPECT_TRUE(is_ok(opened_again().find(kSubject))) << "so that destroying alone would do";
  ASSERT_TRUE(is_ok(m_keys->destroy(kSubject)));
  ASSERT_TRUE(is_ok(EpochEnd(*m_keys, m_root).all()));
  overwrite(kSubject, old_row);
  EXPECT_TRUE(fails_with(opened_again().find(kSubject), Errc::kCorrupt));
}

TEST_F(KeyStoreTest, GoesOnWithTheEndOfAnEpochAfterAnInterruptionAnywhere) {
  std::uint32_t epoch = 1;
  for (int done = 1; done < EpochEnd::kSteps; ++done) {
    const auto made = fingerprint(m_keys->ensure(journal_key(epoch)).value());
    for (int number = 0; number < done; ++number) {
      ASSERT_TRUE(is_ok(EpochEnd(*m_keys, m_root).step(number)));
    }
    EpochEnd again{opened_again(), m_root};
    EXPECT_EQ(fingerprint(m_keys->find(journal_key(epoch)).value()), made);
    ASSERT_TRUE(is_ok(again.all())) << "after " << done << " steps";
    EXPECT_EQ(m_keys->epoch(), ++epoch) << "another epoch was begun";
    EXPECT_TRUE(m_keys->find_end(epoch - 1).value());
    EXPECT_EQ(fingerprint(opened_again().find(journal_key(epoch - 1)).value()), made);
  }
}

TEST_F(KeyStoreTest, EndsNoEpochWithAnotherRootKey) {
  const Bytes before = row(kKek);
  EXPECT_TRUE(fails_with(m_keys->begin_epoch(crypto::Key256::random()), Errc::kUnauthenticated));
  EXPECT_EQ(m_keys->epoch(), 1U);
  EXPECT_EQ(row(kKek), before);
  EXPECT_TRUE(is_ok(open(m_root)));
}

TEST_F(KeyStoreTest, RemovesNoKekThatAKeyNeeds) {
  ASSERT_TRUE(is_ok(m_keys->ensure(kSubject)));
  ASSERT_TRUE(is_ok(m_keys->begin_epoch(m_root)));
  EXPECT_TRUE(fails_with(m_keys->remove_older_keks(), Errc::kConflict));
  EXPECT_TRUE(is_ok(opened_again().find(kSubject)));
}

TEST_F(KeyStoreTest, MakesKeysAndFindsThemWhileAnEpochEnds) {
  std::atomic<bool> is_over{false};
  std::jthread busy{[&] {
    for (std::uint32_t day = 0; !is_over; ++day) {
      const auto made = m_keys->ensure(journal_key(day));
      EXPECT_TRUE(is_ok(made));
      EXPECT_TRUE(is_ok(m_keys->find(journal_key(day / 2))));
      m_clock.advance(std::chrono::minutes{6});  // so that rows are read, not the cache
    }
  }};
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(is_ok(EpochEnd(*m_keys, m_root).all()));
  }
  is_over = true;
  busy.join();
  EXPECT_EQ(m_keys->epoch(), 21U);
  EXPECT_TRUE(is_ok(opened_again().find(journal_key(0))));
}

}  // namespace leadkeep::store
