// lk-keeper: once a minute ends sessions that are over, forgets old idempotency keys, old notifications and
// what can no longer be repeated of sign-ons, tries deferred webhooks again, goes on with erasures that were
// interrupted, and ends the epoch of the keys when it is due.
#pragma once
#include "recurring.h"

#include <leadkeep/flow/end_epoch.h>
#include <leadkeep/flow/erase_lead.h>
#include <leadkeep/flow/receive_message.h>
#include <leadkeep/identity/session.h>
#include <leadkeep/identity/sign_on_answers.h>

#include <chrono>
#include <stop_token>

namespace leadkeep::daemon {

class Keeper {
 public:
  struct Paths {
    flow::ReceiveMessage& receive;
    flow::EraseLead& erase;
    flow::EndEpoch& end_epoch;
    const identity::SessionStore& sessions;
    const identity::SignOnAnswers& sign_ons;
  };

  // Long work ends early once `stop` is requested.
  Keeper(flow::House& house, const Paths& paths, std::chrono::days journal, std::stop_token stop);

 private:
  // Returns how long to rest.
  [[nodiscard]] std::chrono::milliseconds keep();
  static void report(const Result<void>& outcome);
  // Removes the rows of `rows` that are over.
  template <class Rows>
  [[nodiscard]] Result<void> remove_over(const Rows& rows);
  [[nodiscard]] Result<void> forget_answers();
  [[nodiscard]] Result<void> apply_deferred();
  [[nodiscard]] Result<void> go_on_erasing();

  flow::House& m_house;
  Paths m_paths;
  std::chrono::days m_journal;
  std::stop_token m_stop;
  Recurring m_thread;
};

}  // namespace leadkeep::daemon
