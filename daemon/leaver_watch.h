// lk-leavers: asks the directory again and again whether those who are signed in may still be.
#pragma once
#include "company_directory.h"
#include "recurring.h"

#include <leadkeep/flow/end_leavers.h>

#include <chrono>

namespace leadkeep::daemon {

class LeaverWatch {
 public:
  LeaverWatch(flow::EndLeavers& end_leavers, CompanyDirectory& directory,
              std::chrono::seconds interval);
  // Does not wait for the directory.
  ~LeaverWatch();

 private:
  // Returns how long to rest.
  [[nodiscard]] std::chrono::milliseconds ask();

  flow::EndLeavers& m_end_leavers;
  CompanyDirectory& m_directory;
  const std::chrono::seconds m_interval;
  bool m_answered = true;  // the last time
  Recurring m_thread;
};

}  // namespace leadkeep::daemon
