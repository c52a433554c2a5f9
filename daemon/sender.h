// lk-sender: the one thread that hands replies to WhatsApp, in the order of the outbox.
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/delivery/graph_gateway.h>
#include <leadkeep/delivery/outbox.h>
#include <leadkeep/flow/deliver_messages.h>

#include <chrono>
#include <optional>
#include <thread>

namespace leadkeep::daemon {

class Sender {
 public:
  Sender(flow::DeliverMessages& path, delivery::OutboxSignal& signal,
         delivery::GraphGateway& gateway);
  // Ends a send that is still without an answer some seconds after begin_stop(): its outcome is
  // unknown then, as after any lost answer.
  ~Sender();
  // Lets a send that has begun come to its end, and begins no other.
  void begin_stop();

 private:
  [[nodiscard]] Result<std::chrono::milliseconds> step();
  void rest(std::chrono::milliseconds wait);
  void run(const std::stop_token& stop);

  flow::DeliverMessages& m_path;
  delivery::OutboxSignal& m_signal;
  delivery::GraphGateway& m_gateway;
  std::optional<std::chrono::steady_clock::time_point> m_last_moment;
  Guarded<bool> m_ended{false};
  std::jthread m_thread;
};

}  // namespace leadkeep::daemon
