#include "leaver_watch.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/identity/leaver.h>

#include <algorithm>
#include <utility>

namespace leadkeep::daemon {

LeaverWatch::LeaverWatch(flow::EndLeavers& end_leavers, CompanyDirectory& directory,
                         std::chrono::seconds interval)
    : m_end_leavers{end_leavers},
      m_directory{directory},
      m_interval{interval},
      m_thread{"lk-leavers", [this] { return ask(); }} {}

LeaverWatch::~LeaverWatch() {
  m_thread.begin_stop();
  m_directory.hang_up();
}

std::chrono::milliseconds LeaverWatch::ask() {
  constexpr std::chrono::seconds kAfterNoAnswer{30};
  const auto asked = m_end_leavers.run();
  if (!asked) {
    if (std::exchange(m_answered, false)) {
      log_warn("RECHECK_FAILED", Field{"reason", Reason{asked.error()}});
    }
    return std::min(m_interval, kAfterNoAnswer);
  }
  if (!std::exchange(m_answered, true)) {
    log_info("RECHECK_WORKS_AGAIN");
  }
  return asked.value().missing > 0 ? std::min(m_interval, identity::kMissingLongEnough)
                                   : m_interval;
}

}  // namespace leadkeep::daemon
