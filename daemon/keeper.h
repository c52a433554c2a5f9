// lk-keeper: once a minute ends sessions that are over, forgets old idempotency keys, and tries
// deferred webhooks again.
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/flow/receive_message.h>
#include <leadkeep/identity/session.h>

#include <thread>

namespace leadkeep::daemon {

class Keeper {
 public:
  Keeper(flow::House& house, flow::ReceiveMessage& receive, const identity::SessionStore& sessions);
  ~Keeper();

 private:
  void run(const std::stop_token& stop);
  static void report(const Result<void>& outcome);
  [[nodiscard]] Result<void> end_sessions();
  [[nodiscard]] Result<void> forget_answers();
  [[nodiscard]] Result<void> apply_deferred();

  flow::House& m_house;
  flow::ReceiveMessage& m_receive;
  const identity::SessionStore& m_sessions;
  Guarded<bool> m_stopping{false};
  std::jthread m_thread;
};

}  // namespace leadkeep::daemon
