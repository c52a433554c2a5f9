// leadkeep/identity/directory_word.h — leaver path: when the directory was last heard
//
// A directory that does not answer ends no session: its outage is no leaver. But nobody goes on for
// ever without its word. Four hours after it was last heard, the sessions of its people wait: their
// requests are refused until it answers again, and then they go on.
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace leadkeep::identity {

class DirectoryWord {
 public:
  static constexpr std::chrono::hours kGoodFor{4};

  // It answered for everybody who has a session; the question was asked then.
  void heard(Timestamp asked) noexcept { m_last.store(asked.ms); }

  // 0 before it was heard for the first time.
  [[nodiscard]] Timestamp last() const noexcept { return Timestamp{m_last.load()}; }

  // Whether a session that was opened, and so vouched for, at `opened` may go on.
  [[nodiscard]] bool covers(Timestamp opened, Timestamp now) const noexcept {
    return now < std::max(opened, last()) + kGoodFor;
  }

 private:
  std::atomic<std::int64_t> m_last{0};
};

}  // namespace leadkeep::identity
