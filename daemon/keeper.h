// lk-keeper: once a minute ends sessions that are over, forgets old idempotency keys, and tries
// deferred webhooks again.
#pragma once
#include "recurring.h"

#include <leadkeep/flow/receive_message.h>
#include <leadkeep/identity/session.h>

#include <chrono>

namespace leadkeep::daemon {

class Keeper {
 public:
  Keeper(flow::House& house, flow::ReceiveMessage& receive, const identity::SessionStore& sessions);

 private:
  // Returns how long to rest.
  [[nodiscard]] std::chrono::milliseconds keep();
  static void report(const Result<void>& outcome);
  [[nodiscard]] Result<void> end_sessions();
  [[nodiscard]] Result<void> forget_answers();
  [[nodiscard]] Result<void> apply_deferred();

  flow::House& m_house;
  flow::ReceiveMessage& m_receive;
  const identity::SessionStore& m_sessions;
  Recurring m_thread;
};

}  // namespace leadkeep::daemon
