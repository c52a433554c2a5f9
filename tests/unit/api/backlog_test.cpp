#include "events/backlog.h"

#include <leadkeep/inbox/event_feed.h>

#include <gtest/gtest.h>

namespace leadkeep::api {
namespace {

TEST(Backlog, GivesTheSameBytesInPiecesOfAnySize) {
  Backlog backlog{7};
  std::string all;
  for (const char* text : {"a", "bcd", "ef", "ghijklm"}) {
    backlog.append(text);
    all += text;
  }
  EXPECT_EQ(backlog.newest(), 11U);
  for (std::size_t limit = 1; limit <= all.size() + 1; ++limit) {
    Backlog::Cursor cursor{8, 0};
    std::string heard;
    for (auto piece = backlog.read(cursor, limit); !piece.empty();
         piece = backlog.read(cursor, limit)) {
      ASSERT_LE(piece.size(), limit);
      // A socket may take less than it was given.
      const auto taken = (piece.size() + 1) / 2;
      heard += piece.substr(0, taken);
      cursor = backlog.behind(cursor, taken);
    }
    EXPECT_EQ(heard, all) << limit;
    EXPECT_EQ(cursor.event, 12U);
    EXPECT_EQ(cursor.sent, 0U);
  }
}

TEST(Backlog, HasNothingForACursorAheadOfIt) {
  Backlog backlog{0};
  const Backlog::Cursor cursor{3, 0};
  EXPECT_TRUE(backlog.holds(cursor));
  backlog.append("one");
  backlog.append("two");
  EXPECT_EQ(backlog.read(cursor, 100), "");
  backlog.append("three");
  EXPECT_EQ(backlog.read(cursor, 100), "three");
}

TEST(Backlog, LosesACursorBehindTheEventsThatAreKept) {
  Backlog backlog{0};
  for (std::size_t i = 0; i < inbox::kKeptEvents; ++i) {
    backlog.append("x");
  }
  EXPECT_TRUE(backlog.holds({1, 0}));
  backlog.append("x");
  EXPECT_FALSE(backlog.holds({1, 0}));
  EXPECT_TRUE(backlog.holds({2, 0}));
  EXPECT_EQ(backlog.read({2, 0}, 1'000'000).size(), inbox::kKeptEvents);
}

}  // namespace
}  // namespace leadkeep::api
