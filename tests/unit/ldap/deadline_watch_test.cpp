#include <leadkeep/base/files.h>
#include <leadkeep/ldap/deadline_watch.h>

#include <array>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace leadkeep::ldap {
namespace {

using namespace std::chrono_literals;

struct Pair {
  UniqueFd ours;
  UniqueFd theirs;
};

Pair make_pair() {
  std::array<int, 2> fds{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()), 0);
  return {UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

TEST(DeadlineWatch, EndsAReadThatNobodyAnswers) {
  DeadlineWatch watch;
  const Pair pair = make_pair();
  const auto guard = watch.guard(pair.ours.get(), 50ms);
  char byte = 0;
  EXPECT_EQ(::recv(pair.ours.get(), &byte, 1, 0), 0);  // would wait for ever
  EXPECT_TRUE(guard.expired());
}

TEST(DeadlineWatch, LeavesAloneWhatEndedInTime) {
  DeadlineWatch watch;
  const Pair kept = make_pair();
  {
    const auto guard = watch.guard(kept.ours.get(), 10ms);
  }
  const Pair drawn_out = make_pair();
  const auto guard = watch.guard(drawn_out.ours.get(), 100ms);
  char byte = 0;
  EXPECT_EQ(::recv(drawn_out.ours.get(), &byte, 1, 0), 0);
  EXPECT_EQ(::send(kept.ours.get(), "x", 1, MSG_NOSIGNAL), 1);
  EXPECT_EQ(::recv(kept.theirs.get(), &byte, 1, 0), 1);
}

TEST(DeadlineWatch, EndsTheShorterOfTwoFirst) {
  DeadlineWatch watch;
  const Pair long_one = make_pair();
  const Pair short_one = make_pair();
  const auto long_guard = watch.guard(long_one.ours.get(), 1h);
  const auto short_guard = watch.guard(short_one.ours.get(), 20ms);
  char byte = 0;
  EXPECT_EQ(::recv(short_one.ours.get(), &byte, 1, 0), 0);
  EXPECT_TRUE(short_guard.expired());
  EXPECT_FALSE(long_guard.expired());
}

TEST(DeadlineWatch, EndsWhatIsUnderWayAndWhatBeginsLaterWhenAllIsToEnd) {
  DeadlineWatch watch;
  const Pair before = make_pair();
  const auto guard_before = watch.guard(before.ours.get(), 1h);
  watch.end_all();
  char byte = 0;
  EXPECT_EQ(::recv(before.ours.get(), &byte, 1, 0), 0);
  const Pair after = make_pair();
  const auto guard_after = watch.guard(after.ours.get(), 1h);
  EXPECT_EQ(::recv(after.ours.get(), &byte, 1, 0), 0);
}

}  // namespace
}  // namespace leadkeep::ldap
