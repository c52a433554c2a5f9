// lk-keeper: once a minute ends sessions that are over, forgets old idempotency keys and what can no
// longer be repeated of sign-ons, and tries deferred webhooks again.
#pragma once
#include "recurring.h"

#include <leadkeep/flow/receive_message.h>
#include <leadkeep/identity/session.h>
#include <leadkeep/identity/sign_on_answers.h>

#include <chrono>

namespace leadkeep::daemon {

class Keeper {
 public:
  Keeper(flow::House& house, flow::ReceiveMessage& receive, const identity::SessionStore& sessions,
         const identity::SignOnAnswers& sign_ons);

 private:
  // Returns how long to rest.
  [[nodiscard]] std::chrono::milliseconds keep();
  static void report(const Result<void>& outcome);
  // Removes the rows of `rows` that are over.
  template <class Rows>
  [[nodiscard]] Result<void> remove_over(const Rows& rows);
  [[nodiscard]] Result<void> forget_answers();
  [[nodiscard]] Result<void> apply_deferred();

  flow::House& m_house;
  flow::ReceiveMessage& m_receive;
  const identity::SessionStore& m_sessions;
  const identity::SignOnAnswers& m_sign_ons;
  Recurring m_thread;
};

}  // namespace leadkeep::daemon
