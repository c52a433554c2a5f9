// What every engine promises (engine.h). A further engine adds one line at the end of the file.
#include "fakes/temp_directory.h"
#include "store_test_support.h"

#include <leadkeep/base/metrics.h>
#include <leadkeep/store/engine.h>
#include <leadkeep/store/lmdb_engine.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::store {

namespace {

constexpr TableId kTable = TableId::kLeads;
constexpr TableId kOther = TableId::kMessages;

// An open engine with everything that has to live as long as it.
class OpenEngine {
 public:
  virtual ~OpenEngine() = default;
  [[nodiscard]] virtual Engine& engine() = 0;
  virtual void reopen() = 0;
};

struct EngineFactory {
  std::string name;
  std::function<std::unique_ptr<OpenEngine>()> make;
};

class OpenLmdb final : public OpenEngine {
 public:
  explicit OpenLmdb(Rehearsal rehearsal) : m_rehearsal{rehearsal} { reopen(); }

  [[nodiscard]] Engine& engine() override { return *m_engine; }

  void reopen() override {
    m_engine.reset();
    auto opened = LmdbEngine::open(
        {m_directory.path(), std::size_t{64} << 20, kDataTables, m_rehearsal}, m_metrics);
    m_engine = std::move(opened).value();
  }

 private:
  test::TempDirectory m_directory;
  Metrics m_metrics;
  Rehearsal m_rehearsal;
  std::unique_ptr<LmdbEngine> m_engine;
};

class EngineContract : public ::testing::TestWithParam<EngineFactory> {
 protected:
  Engine& engine() { return m_open->engine(); }

  void reopen() { m_open->reopen(); }

  void put(std::string_view key, std::string_view value, TableId table = kTable) {
    ASSERT_TRUE(is_ok(engine().write(
        [&](WriteView& view) { return view.put(table, as_bytes(key), as_bytes(value)); })));
  }

  void put_keys(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      put(key, "v");
    }
  }

  std::optional<std::string> get(std::string_view key, TableId table = kTable) {
    std::optional<std::string> found;
    EXPECT_TRUE(is_ok(engine().read([&](ReadView& view) -> Result<void> {
      LK_TRY(const auto value, view.get(table, as_bytes(key)));
      if (value) {
        found = text_of(*value);
      }
      return {};
    })));
    return found;
  }

  using Keys = std::vector<std::string>;

  static Visitor collect(Keys& keys, std::size_t at_most = 1'000) {
    return [&keys, at_most](ByteView key, ByteView) -> Result<Step> {
      keys.push_back(text_of(key));
      return keys.size() < at_most ? Step::kContinue : Step::kStop;
    };
  }

  Keys scan(std::string_view prefix, std::string_view from, std::size_t at_most = 1'000) {
    Keys keys;
    EXPECT_TRUE(is_ok(engine().read([&](ReadView& view) {
      return view.scan(kTable, as_bytes(prefix), as_bytes(from), collect(keys, at_most));
    })));
    return keys;
  }

  Keys scan_back(std::string_view prefix, std::string_view before, std::size_t at_most = 1'000) {
    Keys keys;
    EXPECT_TRUE(is_ok(engine().read([&](ReadView& view) {
      return view.scan_back(kTable, as_bytes(prefix), as_bytes(before), collect(keys, at_most));
    })));
    return keys;
  }

 private:
  std::unique_ptr<OpenEngine> m_open = GetParam().make();
};

}  // namespace

TEST_P(EngineContract, FindsWhatWasPut) {
  put("key", "value");
  EXPECT_EQ(get("key"), "value");
  EXPECT_EQ(get("ke"), std::nullopt);
  EXPECT_EQ(get("key2"), std::nullopt);
}

TEST_P(EngineContract, KeepsTablesApart) {
  put("key", "one");
  put("key", "two", kOther);
  EXPECT_EQ(get("key"), "one");
  EXPECT_EQ(get("key", kOther), "two");
}

TEST_P(EngineContract, ReplacesAValue) {
  put("key", "a long first value");
  put("key", "short");
  EXPECT_EQ(get("key"), "short");
}

TEST_P(EngineContract, KeepsEmptyAndLargeValues) {
  const std::string large(300'000, 'x');
  put("empty", "");
  put("large", large);
  EXPECT_EQ(get("empty"), "");
  EXPECT_EQ(get("large"), large);
}

TEST_P(EngineContract, KeepsDataWhenOpenedAgain) {
  put("key", "value");
  reopen();
  EXPECT_EQ(get("key"), "value");
}

TEST_P(EngineContract, ErasesARow) {
  put_keys({"a", "b"});
  ASSERT_TRUE(
      is_ok(engine().write([](WriteView& view) { return view.erase(kTable, as_bytes("a")); })));
  EXPECT_EQ(scan("", ""), Keys{"b"});
}

TEST_P(EngineContract, ErasesAnAbsentRowWithoutAnError) {
  EXPECT_TRUE(
      is_ok(engine().write([](WriteView& view) { return view.erase(kTable, as_bytes("a")); })));
}

TEST_P(EngineContract, ScansAnEmptyTable) {
  EXPECT_TRUE(scan("", "").empty());
  EXPECT_TRUE(scan("a", "").empty());
  EXPECT_TRUE(scan("", "a").empty());
  EXPECT_TRUE(scan_back("", "").empty());
  EXPECT_TRUE(scan_back("a", "").empty());
  EXPECT_TRUE(scan_back("", "a").empty());
}

TEST_P(EngineContract, ScansInAscendingOrderOfUnsignedBytes) {
  put_keys({"b", "\xff", "a", "ab", "\x7f", "\x80"});
  EXPECT_EQ(scan("", ""), (Keys{"a", "ab", "b", "\x7f", "\x80", "\xff"}));
}

TEST_P(EngineContract, ScansOnlyThePrefix) {
  put_keys({"a", "b", "b1", "b2", "c"});
  EXPECT_EQ(scan("b", ""), (Keys{"b", "b1", "b2"}));
  EXPECT_TRUE(scan("b3", "").empty());
  EXPECT_TRUE(scan("0", "").empty());
  EXPECT_TRUE(scan("d", "").empty());
}

TEST_P(EngineContract, ScansFromAKeyThatIsIncluded) {
  put_keys({"b1", "b2", "b3", "c"});
  EXPECT_EQ(scan("b", "b2"), (Keys{"b2", "b3"}));
  EXPECT_EQ(scan("b", "b11"), (Keys{"b2", "b3"}));
  EXPECT_EQ(scan("", "b3"), (Keys{"b3", "c"}));
}

TEST_P(EngineContract, ScansFromTheStartOfThePrefixWhenFromIsBelowIt) {
  put_keys({"a", "b1", "b2"});
  EXPECT_EQ(scan("b", "a"), (Keys{"b1", "b2"}));
}

TEST_P(EngineContract, ScansNothingWhenFromIsAboveThePrefix) {
  put_keys({"b1", "c", "d"});
  EXPECT_TRUE(scan("b", "c").empty());
  EXPECT_TRUE(scan("b", "z").empty());
}

TEST_P(EngineContract, ScansAPrefixOfHighestBytes) {
  put_keys({"\xfe", "\xff", "\xff\x01", "\xff\xff", "\xff\xff\xff"});
  EXPECT_EQ(scan("\xff", ""), (Keys{"\xff", "\xff\x01", "\xff\xff", "\xff\xff\xff"}));
  EXPECT_EQ(scan("\xff\xff", ""), (Keys{"\xff\xff", "\xff\xff\xff"}));
  EXPECT_EQ(scan_back("\xff", ""), (Keys{"\xff\xff\xff", "\xff\xff", "\xff\x01", "\xff"}));
  EXPECT_EQ(scan_back("\xff\xff", ""), (Keys{"\xff\xff\xff", "\xff\xff"}));
  EXPECT_EQ(scan_back("\xff", "\xff\xff"), (Keys{"\xff\x01", "\xff"}));
}

TEST_P(EngineContract, ScansBackOverAPrefixThatEndsInAHighestByte) {
  put_keys({"a", "a\xfe", "a\xff", "a\xff\xff", "b"});
  EXPECT_EQ(scan_back("a\xff", ""), (Keys{"a\xff\xff", "a\xff"}));
  EXPECT_EQ(scan_back("a", ""), (Keys{"a\xff\xff", "a\xff", "a\xfe", "a"}));
}

TEST_P(EngineContract, ScansBackFromTheEndOfThePrefix) {
  put_keys({"a", "b", "b1", "b2", "c"});
  EXPECT_EQ(scan_back("b", ""), (Keys{"b2", "b1", "b"}));
  EXPECT_EQ(scan_back("c", ""), Keys{"c"});
  EXPECT_EQ(scan_back("", ""), (Keys{"c", "b2", "b1", "b", "a"}));
  EXPECT_TRUE(scan_back("0", "").empty());
  EXPECT_TRUE(scan_back("d", "").empty());
}

TEST_P(EngineContract, ScansBackBeforeAKeyThatIsExcluded) {
  put_keys({"a", "b1", "b2", "b3", "c"});
  EXPECT_EQ(scan_back("b", "b3"), (Keys{"b2", "b1"}));
  EXPECT_EQ(scan_back("b", "b21"), (Keys{"b2", "b1"}));
  EXPECT_TRUE(scan_back("b", "b1").empty());
  EXPECT_TRUE(scan_back("b", "a").empty());
  EXPECT_EQ(scan_back("", "b2"), (Keys{"b1", "a"}));
}

TEST_P(EngineContract, ScansBackOverTheWholePrefixWhenBeforeIsAboveIt) {
  put_keys({"a", "b1", "b2", "c", "d"});
  EXPECT_EQ(scan_back("b", "d"), (Keys{"b2", "b1"}));
  EXPECT_EQ(scan_back("b", "z"), (Keys{"b2", "b1"}));
}

TEST_P(EngineContract, StopsAScanWhenTheVisitorSaysSo) {
  put_keys({"a", "b", "c"});
  EXPECT_EQ(scan("", "", 2), (Keys{"a", "b"}));
  EXPECT_EQ(scan_back("", "", 2), (Keys{"c", "b"}));
}

TEST_P(EngineContract, ReturnsTheErrorOfAVisitor) {
  put_keys({"a", "b"});
  const Visitor refuse = [](ByteView, ByteView) -> Result<Step> {
    return fail(Errc::kTooLarge, "test");
  };
  EXPECT_TRUE(
      fails_with(engine().read([&](ReadView& view) { return view.scan(kTable, {}, {}, refuse); }),
                 Errc::kTooLarge));
  EXPECT_TRUE(fails_with(
      engine().read([&](ReadView& view) { return view.scan_back(kTable, {}, {}, refuse); }),
      Errc::kTooLarge));
}

TEST_P(EngineContract, ShowsABodyItsOwnWrites) {
  put_keys({"a", "b"});
  Keys seen;
  ASSERT_TRUE(is_ok(engine().write([&](WriteView& view) -> Result<void> {
    seen.clear();
    LK_TRY_VOID(view.put(kTable, as_bytes("c"), as_bytes("v")));
    LK_TRY_VOID(view.erase(kTable, as_bytes("a")));
    return view.scan(kTable, {}, {}, collect(seen));
  })));
  EXPECT_EQ(seen, (Keys{"b", "c"}));
}

TEST_P(EngineContract, UndoesABodyThatFails) {
  put("kept", "old");
  put("erased", "old");
  const auto outcome = engine().write([](WriteView& view) -> Result<void> {
    LK_TRY_VOID(view.put(kTable, as_bytes("kept"), as_bytes("new")));
    LK_TRY_VOID(view.put(kTable, as_bytes("kept"), as_bytes("newer")));
    LK_TRY_VOID(view.erase(kTable, as_bytes("erased")));
    LK_TRY_VOID(view.put(kTable, as_bytes("erased"), as_bytes("again")));
    LK_TRY_VOID(view.put(kTable, as_bytes("added"), as_bytes("new")));
    LK_TRY_VOID(view.put(kOther, as_bytes("added"), as_bytes("new")));
    LK_TRY_VOID(view.erase(kTable, as_bytes("absent")));
    return fail(Errc::kConflict, "test");
  });
  EXPECT_TRUE(fails_with(outcome, Errc::kConflict));
  EXPECT_EQ(scan("", ""), (Keys{"erased", "kept"}));
  EXPECT_EQ(get("kept"), "old");
  EXPECT_EQ(get("erased"), "old");
  EXPECT_EQ(get("added", kOther), std::nullopt);
}

TEST_P(EngineContract, ReturnsTheErrorOfAReadBody) {
  EXPECT_TRUE(fails_with(
      engine().read([](ReadView&) -> Result<void> { return fail(Errc::kNotFound, "test"); }),
      Errc::kNotFound));
}

TEST_P(EngineContract, ReadsOneSnapshotWhileAWriterCommits) {
  put("key", "old");
  std::string before;
  std::string after;
  ASSERT_TRUE(is_ok(engine().read([&](ReadView& view) -> Result<void> {
    LK_TRY(const auto first, view.get(kTable, as_bytes("key")));
    before = text_of(first.value());
    std::thread{[&] {
      put("key", "new");
      put("more", "new");
    }}.join();
    LK_TRY(const auto second, view.get(kTable, as_bytes("key")));
    after = text_of(second.value());
    LK_TRY(const auto more, view.get(kTable, as_bytes("more")));
    EXPECT_FALSE(more.has_value());
    return {};
  })));
  EXPECT_EQ(before, "old");
  EXPECT_EQ(after, "old");
  EXPECT_EQ(get("key"), "new");
}

TEST_P(EngineContract, RunsWritesOfManyThreadsOneAfterAnother) {
  constexpr int kThreads = 4;
  constexpr int kWrites = 50;
  put("n", "");
  std::atomic<int> failures{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kWrites; ++i) {
          const auto outcome = engine().write([](WriteView& view) -> Result<void> {
            LK_TRY(const auto old, view.get(kTable, as_bytes("n")));
            return view.put(kTable, as_bytes("n"), as_bytes(text_of(old.value()) + "x"));
          });
          failures += outcome.ok() ? 0 : 1;
        }
      });
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(get("n").value_or("").size(), std::size_t{kThreads * kWrites});
}

INSTANTIATE_TEST_SUITE_P(
    Engines, EngineContract,
    ::testing::Values(
        EngineFactory{"Lmdb", [] { return std::make_unique<OpenLmdb>(Rehearsal::kNone); }},
        EngineFactory{"LmdbRehearsing",
                      [] { return std::make_unique<OpenLmdb>(Rehearsal::kEveryWrite); }}),
    [](const auto& factory) { return factory.param.name; });

}  // namespace leadkeep::store
