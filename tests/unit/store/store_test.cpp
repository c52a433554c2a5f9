#include "fakes/fake_clock.h"
#include "fakes/temp_directory.h"
#include "fakes/test_store.h"
#include "raw_lmdb.h"
#include "store_test_support.h"

#include <leadkeep/store/blind_index.h>
#include <leadkeep/store/store.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::store {

namespace {

const KeyRef kIdentity = system_key("identity");

Result<void> put_text(WriteTxn& txn, TableId table, std::string_view key, const KeyRef& under,
                      std::string_view text) {
  return txn.put_sealed(table, as_bytes(key), under, as_bytes(text));
}

Result<std::optional<std::string>> get_text(ReadTxn& txn, TableId table, std::string_view key,
                                            const KeyRef& under) {
  LK_TRY(const auto plaintext, txn.get_sealed(table, as_bytes(key), under));
  return plaintext ? std::optional{text_of(plaintext->expose())} : std::nullopt;
}

// Agents are sealed under one key of the system, so they need no preparation.
void put_agent(test::TestStore& store, std::string_view key, std::string_view text) {
  ASSERT_TRUE(is_ok(store->write(
      [&](WriteTxn& txn) { return put_text(txn, TableId::kAgents, key, kIdentity, text); })));
}

Result<std::optional<std::string>> agent(test::TestStore& store, std::string_view key) {
  return store->read([&](ReadTxn& txn) { return get_text(txn, TableId::kAgents, key, kIdentity); });
}

VerifyReport verified(test::TestStore& store) {
  const auto report = store->verify();
  EXPECT_TRUE(is_ok(report));
  return report ? report.value() : VerifyReport{};
}

// Changes the data of the closed store, and opens it again.
template <class Change>
void tamper(test::TestStore& store, Change change) {
  store.close();
  {
    RawLmdb data{store.directory() / "data"};
    change(data);
  }
  store.reopen();
}

using StoreFile = std::filesystem::path;

}  // namespace

TEST(StoreCreate, MakesDirectoriesAndFilesForTheOwnerOnly) {
  const test::TestStore store;
  using std::filesystem::perms;
  for (const auto* const name : {"", "data", "keys"}) {
    EXPECT_EQ(std::filesystem::status(store.directory() / name).permissions(), perms{0700}) << name;
  }
  for (const auto* const name : {"lock", "data/data.mdb", "data/lock.mdb", "keys/data.mdb"}) {
    EXPECT_EQ(std::filesystem::status(store.directory() / name).permissions(), perms{0600}) << name;
  }
}

TEST(StoreCreate, RefusesADirectoryThatHoldsAStore) {
  test::TestStore store;
  put_agent(store, "a", "kept");
  store.close();
  EXPECT_TRUE(
      fails_with(Store::create(store.options(), store.root_key(), store.clock()), Errc::kConflict));
  store.reopen();
  EXPECT_EQ(agent(store, "a").value(), "kept");
}

TEST(StoreCreate, RefusesAStoreThatIsOpen) {
  test::TestStore store;
  EXPECT_TRUE(
      fails_with(Store::create(store.options(), store.root_key(), store.clock()), Errc::kConflict));
}

TEST(StoreCreate, RefusesADirectoryThatOthersMayEnter) {
  const test::TempDirectory parent;
  const test::FakeClock clock;
  const StoreOptions options{parent / "store", test::TestStore::kMapSize, Rehearsal::kNone};
  std::filesystem::create_directory(options.directory);
  std::filesystem::permissions(options.directory, std::filesystem::perms{0755});
  EXPECT_TRUE(
      fails_with(Store::create(options, crypto::Key256::random(), clock), Errc::kForbidden));
}

TEST(StoreOpen, FindsNoStoreInAnEmptyDirectory) {
  const test::TempDirectory directory;
  const test::FakeClock clock;
  Metrics metrics;
  const StoreOptions options{directory.path(), test::TestStore::kMapSize, Rehearsal::kNone};
  EXPECT_TRUE(
      fails_with(Store::open(options, crypto::Key256::random(), clock, metrics), Errc::kNotFound));
}

TEST(StoreOpen, RefusesASecondOwner) {
  test::TestStore store;
  EXPECT_TRUE(
      fails_with(Store::open(store.options(), store.root_key(), store.clock(), store.metrics()),
                 Errc::kConflict));
  put_agent(store, "a", "still works");
}

TEST(StoreOpen, RefusesAnotherRootKeyAndLetsGoOfTheStore) {
  test::TestStore store;
  store.close();
  EXPECT_TRUE(fails_with(
      Store::open(store.options(), crypto::Key256::random(), store.clock(), store.metrics()),
      Errc::kUnauthenticated));
  store.reopen();
}

TEST(StoreOpen, RefusesDirectoriesThatOthersMayEnter) {
  test::TestStore store;
  store.close();
  for (const auto* const name : {"", "data", "keys"}) {
    std::filesystem::permissions(store.directory() / name, std::filesystem::perms{0755});
    EXPECT_TRUE(
        fails_with(Store::open(store.options(), store.root_key(), store.clock(), store.metrics()),
                   Errc::kForbidden))
        << name;
    std::filesystem::permissions(store.directory() / name, std::filesystem::perms{0700});
  }
  store.reopen();
}

TEST(StoreOpen, RefusesTheDataOfAnotherStore) {
  test::TestStore store;
  test::TestStore other;
  store.close();
  other.close();
  std::filesystem::copy_file(other.directory() / "data/data.mdb",
                             store.directory() / "data/data.mdb",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(
      fails_with(Store::open(store.options(), store.root_key(), store.clock(), store.metrics()),
                 Errc::kCorrupt));
}

TEST(StoreOpen, KeepsDataAndIdentity) {
  test::TestStore store;
  const StoreId id = store->id();
  put_agent(store, "a", "kept");
  store.reopen();
  EXPECT_EQ(store->id(), id);
  EXPECT_EQ(agent(store, "a").value(), "kept");
  EXPECT_TRUE(verified(store).ok());
}

TEST(StoreWrite, NeverShowsPlaintextInTheFile) {
  test::TestStore store;
  const std::string secret = "Ada Lovelace, +491701234567";
  put_agent(store, "a", secret);
  store.close();
  for (const StoreFile name : {"data/data.mdb", "keys/data.mdb"}) {
    std::ifstream file{store.directory() / name, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_GT(content.size(), 4'096u);
    EXPECT_EQ(content.find(secret), std::string::npos) << name;
    EXPECT_EQ(content.find("Lovelace"), std::string::npos) << name;
  }
}

TEST(StoreWrite, AppliesARehearsedBodyOnce) {
  test::TestStore store{Rehearsal::kEveryWrite};
  int runs = 0;
  put_agent(store, "a", "");
  ASSERT_TRUE(is_ok(store->write([&](WriteTxn& txn) -> Result<void> {
    ++runs;
    LK_TRY(const auto old, get_text(txn, TableId::kAgents, "a", kIdentity));
    return put_text(txn, TableId::kAgents, "a", kIdentity, old.value_or("absent") + "x");
  })));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(agent(store, "a").value(), "x");
  EXPECT_EQ(verified(store).commit_seq, 2u);
}

TEST(StoreWrite, AdvancesTheSequenceOnlyWithACommit) {
  test::TestStore store;
  put_agent(store, "a", "1");
  const auto refused =
      store->write([](WriteTxn&) -> Result<void> { return fail(Errc::kConflict, "test"); });
  EXPECT_TRUE(fails_with(refused, Errc::kConflict));
  const auto seq =
      store->write([](WriteTxn& txn) -> Result<std::uint64_t> { return txn.commit_seq(); });
  ASSERT_TRUE(is_ok(seq));
  EXPECT_EQ(seq.value(), 2u);
}

TEST(StoreWrite, LeavesNoTraceOfABodyThatFails) {
  test::TestStore store;
  put_agent(store, "a", "old");
  const std::string large(20'000, 'x');
  const auto refused = store->write([&](WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(put_text(txn, TableId::kAgents, "a", kIdentity, large));
    LK_TRY_VOID(put_text(txn, TableId::kAgents, "b", kIdentity, large));
    LK_TRY_VOID(txn.put_empty(TableId::kInbox, as_bytes("row")));
    return fail(Errc::kConflict, "test");
  });
  EXPECT_TRUE(fails_with(refused, Errc::kConflict));
  EXPECT_EQ(agent(store, "a").value(), "old");
  EXPECT_EQ(agent(store, "b").value(), std::nullopt);
  const VerifyReport report = verified(store);
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.rows, 1u);
}

TEST(StoreWrite, RefusesAKeyThatWasNeverMade) {
  test::TestStore store;
  const KeyRef day = journal_key(20'000);
  const auto put = [&] {
    return store->write(
        [&](WriteTxn& txn) { return put_text(txn, TableId::kJournal, "x", day, "text"); });
  };
  EXPECT_TRUE(fails_with(put(), Errc::kNotFound));
  ASSERT_TRUE(is_ok(store->ensure_key(day)));
  EXPECT_TRUE(is_ok(put()));
}

TEST(StoreWrite, ReplacesALongValueByAShortOneWithoutLeftovers) {
  test::TestStore store;
  const std::string large(100'000, 'x');
  put_agent(store, "a", large);
  EXPECT_EQ(agent(store, "a").value(), large);
  EXPECT_GT(store->rows(TableId::kContinuations).value(), 50u);
  put_agent(store, "a", "short");
  EXPECT_EQ(agent(store, "a").value(), "short");
  EXPECT_EQ(store->rows(TableId::kContinuations).value(), 0u);
  EXPECT_TRUE(verified(store).ok());
}

TEST(StoreWrite, KeepsTheContinuationsOfKeysThatStartAlikeApart) {
  test::TestStore store;
  const std::string keys[] = {"k", "kk", "kkk", std::string("k\0\0", 3)};
  for (const std::string& key : keys) {
    put_agent(store, key, std::string(5'000, key.back()) + key);
  }
  ASSERT_TRUE(is_ok(store->write(
      [&](WriteTxn& txn) { return txn.erase_sealed(TableId::kAgents, as_bytes(keys[0])); })));
  EXPECT_EQ(agent(store, keys[0]).value(), std::nullopt);
  for (std::size_t i = 1; i < std::size(keys); ++i) {
    EXPECT_EQ(agent(store, keys[i]).value(), std::string(5'000, keys[i].back()) + keys[i]);
  }
  EXPECT_TRUE(verified(store).ok());
}

TEST(StoreWrite, RoundTripsEveryLengthAroundThePartSize) {
  test::TestStore store{Rehearsal::kNone};
  for (const std::size_t size : {0u, 1u, 1'699u, 1'700u, 1'701u, 3'399u, 3'400u, 3'401u}) {
    const std::string text(size, 'x');
    put_agent(store, "a", text);
    EXPECT_EQ(agent(store, "a").value(), text) << size;
  }
  EXPECT_TRUE(verified(store).ok());
}

TEST(StoreWrite, RoundTripsThreeMegabytes) {
  test::TestStore store{Rehearsal::kNone};
  const std::string text(3'000'000, 'x');
  put_agent(store, "a", text);
  EXPECT_TRUE(agent(store, "a").value() == text);
  EXPECT_TRUE(verified(store).ok());
}

TEST(StoreWrite, CountsExactlyFromManyThreads) {
  constexpr std::uint64_t kThreads = 8;
  constexpr std::uint64_t kWrites = 200;
  test::TestStore store{Rehearsal::kNone};
  const std::uint64_t commits_before = store.metrics().store_commits.value();
  const std::uint64_t writes_before = store.metrics().store_writes.value();
  std::atomic<int> failures{0};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (std::uint64_t i = 0; i < kWrites; ++i) {
          const auto outcome = store->write([](WriteTxn& txn) -> Result<void> {
            LK_TRY(const auto old, get_text(txn, TableId::kAgents, "n", kIdentity));
            return put_text(txn, TableId::kAgents, "n", kIdentity,
                            std::to_string(std::stoull(old.value_or("0")) + 1));
          });
          failures += outcome.ok() ? 0 : 1;
        }
      });
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(agent(store, "n").value(), "1600");
  const std::uint64_t commits = store.metrics().store_commits.value() - commits_before;
  const std::uint64_t writes = store.metrics().store_writes.value() - writes_before;
  EXPECT_EQ(writes, kThreads * kWrites);
  EXPECT_LE(commits, writes);
  EXPECT_EQ(verified(store).commit_seq, kThreads * kWrites);
}

TEST(StoreWrite, CommitsTheOtherBodiesOfABatchInWhichSomeFail) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 25;
  test::TestStore store;
  std::atomic<int> wrong_outcomes{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kRounds; ++i) {
          const bool fails = (t + i) % 2 == 0;
          const std::string key = std::to_string(t) + "/" + std::to_string(i);
          const auto outcome = store->write([&](WriteTxn& txn) -> Result<void> {
            LK_TRY_VOID(put_text(txn, TableId::kAgents, key, kIdentity, "own"));
            LK_TRY_VOID(put_text(txn, TableId::kAgents, "shared", kIdentity, key));
            return fails ? Result<void>{fail(Errc::kConflict, "test")} : Result<void>{};
          });
          wrong_outcomes += outcome.ok() == fails ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(wrong_outcomes, 0);
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kRounds; ++i) {
      const auto found = agent(store, std::to_string(t) + "/" + std::to_string(i));
      EXPECT_EQ(found.value().has_value(), (t + i) % 2 != 0) << t << "/" << i;
    }
  }
  const VerifyReport report = verified(store);
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.rows, std::uint64_t{kThreads * kRounds / 2 + 1});
}

TEST(StoreRead, SeesOneSnapshotWhileAWriterCommits) {
  test::TestStore store;
  put_agent(store, "a", "old");
  ASSERT_TRUE(is_ok(store->read([&](ReadTxn& txn) -> Result<void> {
    EXPECT_EQ(get_text(txn, TableId::kAgents, "a", kIdentity).value(), "old");
    std::thread{[&] { put_agent(store, "a", "new"); }}.join();
    EXPECT_EQ(get_text(txn, TableId::kAgents, "a", kIdentity).value(), "old");
    return {};
  })));
  EXPECT_EQ(agent(store, "a").value(), "new");
}

TEST(StoreWrite, SurvivesAFullMap) {
  test::TestStore store{Rehearsal::kEveryWrite, std::size_t{1} << 20};
  const std::string large(20'000, 'x');
  const auto put = [&](int i) {
    return store->write([&](WriteTxn& txn) {
      return put_text(txn, TableId::kAgents, std::to_string(i), kIdentity, large);
    });
  };
  int written = 0;
  while (written < 100 && put(written).ok()) {
    ++written;
  }
  ASSERT_GT(written, 4);
  ASSERT_LT(written, 100);
  EXPECT_TRUE(fails_with(put(written), Errc::kUnavailable));
  EXPECT_FALSE(store->is_broken());
  EXPECT_EQ(agent(store, "0").value(), large);
  EXPECT_EQ(agent(store, std::to_string(written)).value(), std::nullopt);
  EXPECT_TRUE(verified(store).ok());

  for (const auto* const key : {"0", "1", "2", "3"}) {
    ASSERT_TRUE(is_ok(store->write([&](WriteTxn& txn) {
      return txn.erase_sealed(TableId::kAgents, as_bytes(key));
    }))) << key;
  }
  EXPECT_TRUE(is_ok(put(written)));
  EXPECT_TRUE(verified(store).ok());
}

TEST(StoreWrite, ErasesEverythingFromAFullStoreAndFillsItAgain) {
  test::TestStore store{Rehearsal::kEveryWrite, std::size_t{1} << 20};
  const std::string text(300, 'x');
  const auto fill = [&] {
    int written = 0;
    const auto put = [&] {
      return is_ok(store->write([&](WriteTxn& txn) {
        return put_text(txn, TableId::kAgents, std::to_string(written), kIdentity, text);
      }));
    };
    while (written < 10'000 && put()) {
      ++written;
    }
    return written;
  };
  const int first = fill();
  ASSERT_LT(first, 10'000);
  for (int i = 0; i < first; ++i) {
    ASSERT_TRUE(is_ok(store->write([&](WriteTxn& txn) {
      return txn.erase_sealed(TableId::kAgents, as_bytes(std::to_string(i)));
    }))) << i;
  }
  EXPECT_GT(fill(), first * 9 / 10);
  EXPECT_TRUE(verified(store).ok());
}

// Random changes of several tables, next to the same changes of a std::map.
TEST(StoreWrite, AgreesWithAModelAfterTwoThousandRandomChanges) {
  struct Place {
    TableId table;
    KeyRef under;
    std::string prefix;
  };

  test::TestStore store;
  const LeadId lead{counting_bytes<16>(0x20)};
  const std::string day{"\x00\x00\x4e\x20", 4};
  const std::vector<Place> places = {
      {TableId::kAgents, kIdentity, ""},
      {TableId::kSessions, kIdentity, ""},
      {TableId::kAudit, system_key("audit"), ""},
      {TableId::kConsents, subject_key(lead), std::string{lead.raw()}},
      {TableId::kJournal, journal_key(20'000), day},
  };
  for (const Place& place : places) {
    ASSERT_TRUE(is_ok(store->ensure_key(place.under)));
  }
  using Model = std::map<std::pair<TableId, std::string>, std::string>;

  struct Operation {
    std::size_t place = 0;
    std::string key;
    std::optional<std::string> text;  // nothing: erase
  };

  std::mt19937 random{20'261'124};
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  Model model;
  int changes = 0;
  while (changes < 2'000) {
    std::vector<Operation> operations(1 + below(8));
    for (Operation& operation : operations) {
      operation.place = below(static_cast<unsigned>(places.size()));
      operation.key = places[operation.place].prefix + "k" + std::to_string(below(40));
      if (below(3) != 0) {
        const unsigned size = below(10) == 0 ? below(12'000) : below(300);
        operation.text = std::string(size, static_cast<char>('a' + below(26)));
      }
    }
    const bool fails = below(8) == 0;
    const auto outcome = store->write([&](WriteTxn& txn) -> Result<void> {
      for (const Operation& operation : operations) {
        const Place& place = places[operation.place];
        if (operation.text) {
          LK_TRY_VOID(put_text(txn, place.table, operation.key, place.under, *operation.text));
          LK_TRY_VOID(txn.put_empty(TableId::kInbox, as_bytes(operation.key)));
        } else {
          LK_TRY_VOID(txn.erase_sealed(place.table, as_bytes(operation.key)));
          LK_TRY_VOID(txn.erase_empty(TableId::kInbox, as_bytes(operation.key)));
        }
      }
      return fails ? Result<void>{fail(Errc::kConflict, "test")} : Result<void>{};
    });
    ASSERT_EQ(outcome.ok(), !fails);
    if (fails) {
      continue;
    }
    changes += static_cast<int>(operations.size());
    for (const Operation& operation : operations) {
      const TableId table = places[operation.place].table;
      if (operation.text) {
        model[{table, operation.key}] = *operation.text;
        model[{TableId::kInbox, operation.key}] = "";
      } else {
        model.erase({table, operation.key});
        model.erase({TableId::kInbox, operation.key});
      }
    }
  }

  const auto content = [&] {
    Model found;
    EXPECT_TRUE(is_ok(store->read([&](ReadTxn& txn) -> Result<void> {
      for (const Place& place : places) {
        LK_TRY_VOID(
            txn.scan(place.table, {}, {}, [&](ByteView key, ByteView value) -> Result<Step> {
              LK_TRY(const SecretBytes plaintext,
                     txn.open_value(place.table, key, place.under, value));
              found[{place.table, text_of(key)}] = text_of(plaintext.expose());
              return Step::kContinue;
            }));
      }
      return txn.scan(TableId::kInbox, {}, {}, [&](ByteView key, ByteView) -> Result<Step> {
        found[{TableId::kInbox, text_of(key)}] = "";
        return Step::kContinue;
      });
    })));
    return found;
  };
  EXPECT_TRUE(content() == model);
  EXPECT_TRUE(verified(store).ok());
  store.reopen();
  EXPECT_TRUE(content() == model);
  EXPECT_TRUE(verified(store).ok());
}

TEST(StoreVerify, AcceptsAnEmptyStore) {
  test::TestStore store;
  const VerifyReport report = verified(store);
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.rows, 0u);
  EXPECT_EQ(report.commit_seq, 0u);
}

TEST(StoreVerify, DetectsARowThatWasDeleted) {
  test::TestStore store;
  put_agent(store, "a", "1");
  put_agent(store, "b", "2");
  tamper(store, [](RawLmdb& data) { data.erase(TableId::kAgents, as_bytes("a")); });
  const VerifyReport report = verified(store);
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(report.hash_matches);
  EXPECT_FALSE(report.counts_match);
  EXPECT_EQ(report.unreadable, 0u);
}

TEST(StoreVerify, DetectsAnOldValueThatOpensOnItsOwn) {
  test::TestStore store;
  put_agent(store, "a", "old");
  std::optional<Bytes> old;
  tamper(store, [&](RawLmdb& data) { old = data.get(TableId::kAgents, as_bytes("a")); });
  put_agent(store, "a", "new");
  tamper(store, [&](RawLmdb& data) { data.put(TableId::kAgents, as_bytes("a"), old.value()); });
  EXPECT_EQ(agent(store, "a").value(), "old");
  const VerifyReport report = verified(store);
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(report.hash_matches);
  EXPECT_TRUE(report.counts_match);
}

TEST(StoreVerify, DetectsARowCopiedToAnotherKey) {
  test::TestStore store;
  put_agent(store, "a", "text");
  tamper(store, [](RawLmdb& data) {
    data.put(TableId::kAgents, as_bytes("b"), data.get(TableId::kAgents, as_bytes("a")).value());
  });
  EXPECT_TRUE(fails_with(agent(store, "b"), Errc::kCorrupt));
  const VerifyReport report = verified(store);
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(report.hash_matches);
  EXPECT_FALSE(report.counts_match);
  EXPECT_EQ(report.unreadable, 1u);
}

TEST(StoreVerify, DetectsTwoRowsThatWereSwapped) {
  test::TestStore store;
  put_agent(store, "a", "1");
  put_agent(store, "b", "2");
  tamper(store, [](RawLmdb& data) {
    const Bytes a = data.get(TableId::kAgents, as_bytes("a")).value();
    const Bytes b = data.get(TableId::kAgents, as_bytes("b")).value();
    data.put(TableId::kAgents, as_bytes("a"), b);
    data.put(TableId::kAgents, as_bytes("b"), a);
  });
  const VerifyReport report = verified(store);
  EXPECT_FALSE(report.hash_matches);
  EXPECT_TRUE(report.counts_match);
  EXPECT_EQ(report.unreadable, 2u);
}

TEST(StoreVerify, DetectsAnIndexRowThatWasAdded) {
  test::TestStore store;
  const Ulid id = counting_bytes<16>(1);
  ASSERT_TRUE(is_ok(store->write([&](WriteTxn& txn) {
    return BlindIndex{IndexField::kPhone}.add(txn, "+491701234567", id);
  })));
  ASSERT_TRUE(verified(store).ok());
  tamper(store, [](RawLmdb& data) {
    Bytes row{std::byte{0}, std::byte{3}, std::byte{1}};
    append(row, counting_bytes<16>(7));
    append(row, counting_bytes<16>(1));
    data.put(TableId::kIndex, row, {});
  });
  const VerifyReport report = verified(store);
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(report.hash_matches);
  EXPECT_FALSE(report.counts_match);
}

TEST(StoreVerify, DetectsABitFlipInEveryByteOfARow) {
  test::TestStore store{Rehearsal::kNone};
  put_agent(store, "a", "text");
  std::optional<Bytes> value;
  tamper(store, [&](RawLmdb& data) { value = data.get(TableId::kAgents, as_bytes("a")); });
  // A step below eight visits every byte, and seven every position within a byte.
  for (std::size_t bit = 0; bit < value.value().size() * kBitsPerByte; bit += 7) {
    tamper(store, [&](RawLmdb& data) {
      data.put(TableId::kAgents, as_bytes("a"), with_bit_flipped(*value, bit));
    });
    EXPECT_EQ(verified(store).unreadable, 1u) << "bit " << bit;
  }
}

TEST(StoreVerify, DetectsAPartOfALongValueThatWasDeleted) {
  test::TestStore store;
  put_agent(store, "a", std::string(5'000, 'x'));
  Bytes part;
  append_be(part, static_cast<std::uint16_t>(TableId::kAgents));
  append(part, as_bytes("a"));
  append_be(part, std::uint16_t{1});
  tamper(store, [&](RawLmdb& data) { data.erase(TableId::kContinuations, part); });
  EXPECT_TRUE(fails_with(agent(store, "a"), Errc::kCorrupt));
  EXPECT_FALSE(verified(store).ok());
}

TEST(StoreRead, RefusesAPartOfAnotherVersionOfALongValue) {
  test::TestStore store;
  Bytes part;
  append_be(part, static_cast<std::uint16_t>(TableId::kAgents));
  append(part, as_bytes("a"));
  append_be(part, std::uint16_t{1});
  std::optional<Bytes> old;
  put_agent(store, "a", std::string(5'000, 'x'));
  tamper(store, [&](RawLmdb& data) { old = data.get(TableId::kContinuations, part); });
  put_agent(store, "a", std::string(5'000, 'y'));
  tamper(store, [&](RawLmdb& data) { data.put(TableId::kContinuations, part, old.value()); });
  EXPECT_TRUE(fails_with(agent(store, "a"), Errc::kCorrupt));
  EXPECT_FALSE(verified(store).ok());
}

TEST(StoreOpen, RefusesAStateRowThatWasChangedOrDeleted) {
  for (const bool deleted : {false, true}) {
    test::TestStore store;
    store.close();
    {
      RawLmdb data{store.directory() / "data"};
      if (deleted) {
        data.erase(TableId::kState, as_bytes(kStateRowKey));
      } else {
        const Bytes state = data.get(TableId::kState, as_bytes(kStateRowKey)).value();
        data.put(TableId::kState, as_bytes(kStateRowKey), with_bit_flipped(state, 200));
      }
    }
    EXPECT_TRUE(
        fails_with(Store::open(store.options(), store.root_key(), store.clock(), store.metrics()),
                   Errc::kCorrupt));
  }
}

// The limit of what a store can know about itself: its whole data from yesterday is consistent.
TEST(StoreVerify, CannotTellThatTheWholeDataIsOld) {
  test::TestStore store;
  put_agent(store, "a", "old");
  store.close();
  const auto file = store.directory() / "data/data.mdb";
  std::filesystem::copy_file(file, store.directory() / "copy");
  store.reopen();
  put_agent(store, "a", "new");
  store.close();
  std::filesystem::copy_file(store.directory() / "copy", file,
                             std::filesystem::copy_options::overwrite_existing);
  store.reopen();
  EXPECT_EQ(agent(store, "a").value(), "old");
  EXPECT_TRUE(verified(store).ok());
}

TEST(Store, StopsVerifyingWhenItIsAskedTo) {
  test::TestStore store;
  put_agent(store, "a", "one");
  std::stop_source stop;
  EXPECT_TRUE(is_ok(store->verify(stop.get_token())));
  stop.request_stop();
  const auto report = store->verify(stop.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::kUnavailable);
}

TEST(Store, RefusesToMakeAStoreOverDataWhoseKeysAreMissing) {
  test::TestStore store;
  store.close();
  std::filesystem::remove_all(store.directory() / "keys");
  Metrics metrics;
  const auto opened = Store::open(store.options(), store.root_key(), store.clock(), metrics);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kCorrupt);
  const auto created = Store::create(store.options(), store.root_key(), store.clock());
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Errc::kConflict);
}

TEST(Store, FinishesACreationThatWasInterrupted) {
  test::TestStore store;
  store.close();
  std::filesystem::remove_all(store.directory() / "data");  // died between the keys and the data
  ASSERT_TRUE(Store::create(store.options(), store.root_key(), store.clock()).ok());
  store.reopen();
  EXPECT_TRUE(verified(store).ok());
}

TEST(StoreVerify, FindsRowsWhoseKeyIsMissing) {
  test::TestStore store;
  const KeyRef day = journal_key(20'000);
  const std::string row{"\x00\x00\x4e\x20\x01", 5};
  ASSERT_TRUE(is_ok(store->ensure_key(day)));
  ASSERT_TRUE(is_ok(store->write(
      [&](WriteTxn& txn) { return put_text(txn, TableId::kJournal, row, day, "text"); })));
  Bytes key{static_cast<std::byte>(day.kind)};
  append(key, day.id);
  append_be(key, std::uint16_t{1});
  store.close();
  RawLmdb{store.directory() / "keys"}.erase(TableId::kKeys, key);
  store.reopen();
  const VerifyReport report = verified(store);
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.without_key, 1u);
}

// Whether the bytes are in any file of the store.
bool is_in_files(const test::TestStore& store, ByteView needle) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator{store.directory()}) {
    if (!entry.is_regular_file()) {
      continue;
    }
    std::ifstream in{entry.path(), std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{in}, {}};
    if (content.find(as_text(needle)) != std::string::npos) {
      return true;
    }
  }
  return false;
}

TEST(StoreEpoch, LeavesNothingOfAKeyThatWasDestroyedInIt) {
  test::TestStore store;
  const KeyRef gone{KeyKind::kSubject, counting_bytes<16>(1)};
  const KeyRef kept{KeyKind::kSubject, counting_bytes<16>(2)};
  ASSERT_TRUE(is_ok(store->ensure_keys(std::array{gone, kept})));
  ASSERT_TRUE(is_ok(store->write([&](WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(put_text(txn, TableId::kLeads, "one", gone, "somebody"));
    return put_text(txn, TableId::kLeads, "two", kept, "somebody else");
  })));
  Bytes row_key{static_cast<std::byte>(KeyKind::kSubject)};
  append(row_key, gone.id);
  append_be(row_key, std::uint16_t{1});
  store.close();
  const Bytes wrapped = RawLmdb{store.directory() / "keys"}.get(TableId::kKeys, row_key).value();
  ASSERT_FALSE(wrapped.empty());
  store.reopen();

  ASSERT_TRUE(is_ok(store->destroy_key(gone)));
  EXPECT_TRUE(is_in_files(store, wrapped)) << "so that removing its row would do";
  ASSERT_TRUE(is_ok(store->end_epoch(store.root_key())));
  EXPECT_FALSE(is_in_files(store, wrapped));

  store.reopen();
  const auto read = [&](std::string_view key, const KeyRef& under) {
    return store->read([&](ReadTxn& txn) { return get_text(txn, TableId::kLeads, key, under); });
  };
  EXPECT_TRUE(fails_with(read("one", gone), Errc::kNotFound));
  EXPECT_EQ(read("two", kept).value(), "somebody else");
}

TEST(StoreEpoch, EndsLaterWhereItIsToStop) {
  test::TestStore store;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(fails_with(store->end_epoch(store.root_key(), stop.get_token()), Errc::kUnavailable));
  EXPECT_FALSE(store->keys().find_end(1).value());
  store.reopen();
  ASSERT_TRUE(is_ok(store->end_epoch(store.root_key())));
  EXPECT_EQ(store->keys().epoch(), 2U);
  EXPECT_TRUE(store->keys().find_end(1).value());
}

}  // namespace leadkeep::store
