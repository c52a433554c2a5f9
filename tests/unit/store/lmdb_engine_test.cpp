// What only the LMDB engine promises: group commit, and what it does when the disk fails.
#include "fakes/temp_directory.h"
#include "store_test_support.h"

#include <leadkeep/base/metrics.h>
#include <leadkeep/store/lmdb_engine.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<bool> g_disk_fails{false};

}  // namespace

// Stands in front of the C library's: LMDB calls it in every commit.
extern "C" int fdatasync(int fd) {
  if (g_disk_fails.load()) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace leadkeep::store {

namespace {

constexpr TableId kTable = TableId::kLeads;

// Of a table of an environment that nobody has open.
MDB_stat stat_of(const std::filesystem::path& directory, const char* table) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  MDB_stat stat{};
  EXPECT_EQ(::mdb_env_create(&env), 0);
  ::mdb_env_set_maxdbs(env, 64);
  EXPECT_EQ(::mdb_env_open(env, directory.c_str(), MDB_RDONLY, 0600), 0);
  EXPECT_EQ(::mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn), 0);
  EXPECT_EQ(::mdb_dbi_open(txn, table, 0, &dbi), 0);
  EXPECT_EQ(::mdb_stat(txn, dbi, &stat), 0);
  ::mdb_txn_abort(txn);
  ::mdb_env_close(env);
  return stat;
}

class LmdbEngineTest : public ::testing::Test {
 protected:
  LmdbEngineTest() { open(Rehearsal::kNone); }

  ~LmdbEngineTest() override { g_disk_fails = false; }

  void open(Rehearsal rehearsal) {
    m_engine.reset();
    m_engine = LmdbEngine::open({m_directory.path(), std::size_t{64} << 20, kDataTables, rehearsal},
                                m_metrics)
                   .value();
  }

  Result<void> put(std::string_view key, std::string_view value = "v") {
    return m_engine->write(
        [&](WriteView& view) { return view.put(kTable, as_bytes(key), as_bytes(value)); });
  }

  bool has(std::string_view key) {
    bool found = false;
    EXPECT_TRUE(is_ok(m_engine->read([&](ReadView& view) -> Result<void> {
      LK_TRY(const auto value, view.get(kTable, as_bytes(key)));
      found = value.has_value();
      return {};
    })));
    return found;
  }

  // Whether the bytes are in any file of the directory or beside it.
  bool is_on_disk(std::string_view needle) {
    auto aside = m_directory.path();
    aside += ".aside";
    for (const auto& directory : {m_directory.path(), aside}) {
      std::error_code none;
      for (const auto& entry : std::filesystem::directory_iterator{directory, none}) {
        std::ifstream in{entry.path(), std::ios::binary};
        const std::string content{std::istreambuf_iterator<char>{in}, {}};
        if (content.find(needle) != std::string::npos) {
          return true;
        }
      }
    }
    return false;
  }

  test::TempDirectory m_directory;
  Metrics m_metrics;
  std::unique_ptr<LmdbEngine> m_engine;
};

}  // namespace

TEST_F(LmdbEngineTest, LeavesNothingOfWhatWasErasedOnceItIsCompacted) {
  constexpr std::string_view kErased = "a value that is to leave no residue";
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(is_ok(put("erased" + std::to_string(i), kErased)));
    ASSERT_TRUE(is_ok(put("kept" + std::to_string(i), "a value that stays")));
  }
  ASSERT_TRUE(is_ok(m_engine->write([&](WriteView& view) -> Result<void> {
    for (int i = 0; i < 200; ++i) {
      LK_TRY_VOID(view.erase(kTable, as_bytes("erased" + std::to_string(i))));
    }
    return {};
  })));
  EXPECT_TRUE(is_on_disk(kErased)) << "so that erasing alone would do";
  ASSERT_TRUE(is_ok(m_engine->compact()));
  EXPECT_FALSE(is_on_disk(kErased));
  EXPECT_TRUE(is_on_disk("a value that stays"));
  for (int i = 0; i < 200; ++i) {
    EXPECT_FALSE(has("erased" + std::to_string(i)));
    EXPECT_TRUE(has("kept" + std::to_string(i)));
  }
  open(Rehearsal::kNone);
  EXPECT_TRUE(has("kept0"));
  ASSERT_TRUE(is_ok(put("after")));
}

TEST_F(LmdbEngineTest, LetsReadersGoOnInTheirSnapshotWhileItIsCompacted) {
  ASSERT_TRUE(is_ok(put("key", "before")));
  std::atomic<bool> is_reading{false};
  std::atomic<bool> is_written{false};
  std::jthread reader{[&] {
    EXPECT_TRUE(is_ok(m_engine->read([&](ReadView& view) -> Result<void> {
      is_reading = true;
      while (!is_written) {
        std::this_thread::yield();
      }
      LK_TRY(const auto value, view.get(kTable, as_bytes("key")));
      EXPECT_EQ(as_text(*value), "before");
      return {};
    })));
  }};
  while (!is_reading) {
    std::this_thread::yield();
  }
  std::jthread compaction{[&] { EXPECT_TRUE(is_ok(m_engine->compact())); }};
  // It is in the new file once the compaction has exchanged them, whichever came first.
  EXPECT_TRUE(is_ok(put("key", "after")));
  is_written = true;
  reader.join();
  compaction.join();
  EXPECT_TRUE(is_on_disk("after"));
  open(Rehearsal::kNone);
  EXPECT_TRUE(has("key"));
}

TEST_F(LmdbEngineTest, LosesNoWriteToACompaction) {
  constexpr int kThreads = 4;
  constexpr int kWrites = 50;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kWrites; ++i) {
          EXPECT_TRUE(is_ok(put(std::to_string(t) + "." + std::to_string(i))));
        }
      });
    }
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE(is_ok(m_engine->compact()));
    }
  }
  open(Rehearsal::kNone);
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kWrites; ++i) {
      EXPECT_TRUE(has(std::to_string(t) + "." + std::to_string(i)));
    }
  }
}

TEST_F(LmdbEngineTest, DestroysWhatAnInterruptedCompactionHasLeft) {
  ASSERT_TRUE(is_ok(put("key")));
  m_engine.reset();
  auto aside = m_directory.path();
  aside += ".aside";
  std::filesystem::create_directory(aside);
  std::ofstream{aside / "data.mdb"} << "what was in use before";
  open(Rehearsal::kNone);
  EXPECT_FALSE(std::filesystem::exists(aside));
  EXPECT_TRUE(has("key"));
}

TEST_F(LmdbEngineTest, FillsItsPagesWithLargeRowsThatComeInOrder) {
  constexpr std::size_t kRows = 500;
  constexpr std::size_t kRowsPerCommit = 50;
  const std::string value(1'000, 'x');  // four to a page
  for (std::size_t at = 0; at < kRows; at += kRowsPerCommit) {
    ASSERT_TRUE(is_ok(m_engine->write([&](WriteView& view) -> Result<void> {
      for (std::size_t row = at; row < at + kRowsPerCommit; ++row) {
        Bytes key;
        append_be(key, static_cast<std::uint64_t>(row));
        LK_TRY_VOID(view.put(kTable, key, as_bytes(value)));
        LK_TRY_VOID(view.put(kTable, key, as_bytes(value)));  // there already: no new one
      }
      return {};
    })));
  }
  m_engine.reset();
  const auto stat = stat_of(m_directory.path(), "leads");
  EXPECT_EQ(stat.ms_entries, kRows);
  EXPECT_EQ(stat.ms_leaf_pages, kRows / 4);
}

TEST_F(LmdbEngineTest, KeepsLargeRowsInOrderWhereverTheyComeIn) {
  const std::string value(500, 'x');
  for (int i = 0; i < 200; ++i) {
    const int number = i * 77 % 200;  // every number once
    ASSERT_TRUE(is_ok(put(std::to_string(1'000 + number), value)));
  }
  ASSERT_TRUE(is_ok(m_engine->read([&](ReadView& view) -> Result<void> {
    int expected = 1'000;
    LK_TRY_VOID(view.scan(kTable, {}, {}, [&](ByteView key, ByteView) -> Result<Step> {
      EXPECT_EQ(as_text(key), std::to_string(expected++));
      return Step::kContinue;
    }));
    EXPECT_EQ(expected, 1'200);
    return {};
  })));
}

TEST_F(LmdbEngineTest, CommitsTogetherWhatWaitsTogether) {
  constexpr int kThreads = 4;
  constexpr int kMostRounds = 1'000;
  bool grouped = false;
  for (int round = 0; round < kMostRounds && !grouped; ++round) {
    const std::uint64_t commits = m_metrics.store_commits.value();
    // The first body holds the writer until the others are about to queue.
    std::atomic<int> arriving{0};
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      EXPECT_TRUE(is_ok(m_engine->write([&](WriteView&) -> Result<void> {
        while (arriving < kThreads) {
          std::this_thread::yield();
        }
        return {};
      })));
    });
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        ++arriving;
        EXPECT_TRUE(is_ok(put("k" + std::to_string(t))));
      });
    }
    threads.clear();
    grouped = m_metrics.store_commits.value() - commits < kThreads + 1;
  }
  EXPECT_TRUE(grouped);
}

TEST_F(LmdbEngineTest, RehearsesEachBodyOnAnUntouchedTable) {
  open(Rehearsal::kEveryWrite);
  int runs = 0;
  ASSERT_TRUE(is_ok(m_engine->write([&](WriteView& view) -> Result<void> {
    ++runs;
    LK_TRY(const auto old, view.get(kTable, as_bytes("key")));
    EXPECT_FALSE(old.has_value());
    return view.put(kTable, as_bytes("key"), as_bytes("v"));
  })));
  EXPECT_EQ(runs, 2);
  EXPECT_TRUE(has("key"));
}

TEST_F(LmdbEngineTest, RefusesAKeyThatIsEmptyOrTooLongAndGoesOn) {
  EXPECT_FALSE(put("").ok());
  EXPECT_FALSE(put(std::string(512, 'k')).ok());
  EXPECT_TRUE(is_ok(put(std::string(511, 'k'))));
  EXPECT_FALSE(m_engine->is_broken());
}

TEST_F(LmdbEngineTest, RunsABatchLargerThanTheLimitOfATransaction) {
  constexpr int kThreads = 8;
  const std::string large(1'000'000, 'x');
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] { EXPECT_TRUE(is_ok(put("k" + std::to_string(t), large))); });
    }
  }
  for (int t = 0; t < kThreads; ++t) {
    EXPECT_TRUE(has("k" + std::to_string(t)));
  }
}

TEST_F(LmdbEngineTest, TakesNoWritesAfterAnErrorOfTheDiskUntilItIsOpenedAgain) {
  ASSERT_TRUE(is_ok(put("before")));
  g_disk_fails = true;
  EXPECT_TRUE(fails_with(put("during"), Errc::kUnavailable));
  g_disk_fails = false;
  EXPECT_TRUE(m_engine->is_broken());
  EXPECT_TRUE(fails_with(put("after"), Errc::kUnavailable));
  EXPECT_TRUE(has("before"));
  EXPECT_FALSE(has("during"));
  open(Rehearsal::kNone);
  EXPECT_FALSE(m_engine->is_broken());
  EXPECT_TRUE(is_ok(put("after")));
  EXPECT_TRUE(has("before"));
  EXPECT_FALSE(has("during"));
}

// A write that waits while the commit before it fails must not be committed after all.
TEST_F(LmdbEngineTest, RefusesWritesThatWereQueuedWhenTheDiskFailed) {
  constexpr int kThreads = 8;
  std::atomic<bool> started{false};
  std::atomic<int> arriving{0};
  std::atomic<int> accepted{0};
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      const auto outcome = m_engine->write([&](WriteView& view) -> Result<void> {
        started = true;
        while (arriving < kThreads) {
          std::this_thread::yield();
        }
        g_disk_fails = true;
        return view.put(kTable, as_bytes("first"), as_bytes("v"));
      });
      accepted += outcome.ok() ? 1 : 0;
    });
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        while (!started) {
          std::this_thread::yield();
        }
        ++arriving;
        const auto outcome = m_engine->write([&](WriteView& view) {
          g_disk_fails = false;  // the disk is well again when this body runs
          return view.put(kTable, as_bytes("k" + std::to_string(t)), as_bytes("v"));
        });
        accepted += outcome.ok() ? 1 : 0;
      });
    }
  }
  EXPECT_TRUE(m_engine->is_broken());
  EXPECT_EQ(accepted, 0);
  EXPECT_FALSE(has("first"));
  for (int t = 0; t < kThreads; ++t) {
    EXPECT_FALSE(has("k" + std::to_string(t)));
  }
}

}  // namespace leadkeep::store
