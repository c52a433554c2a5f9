// lk-sender: the one thread that hands replies to WhatsApp, in the order of the outbox.
#pragma once
#include <leadkeep/delivery/outbox.h>
#include <leadkeep/flow/deliver_messages.h>

#include <thread>

namespace leadkeep::daemon {

class Sender {
 public:
  Sender(flow::DeliverMessages& path, delivery::OutboxSignal& signal);
  ~Sender();  // lets a send that has begun come to its end

 private:
  [[nodiscard]] Result<std::chrono::milliseconds> step();
  void run(const std::stop_token& stop);

  flow::DeliverMessages& m_path;
  delivery::OutboxSignal& m_signal;
  std::jthread m_thread;
};

}  // namespace leadkeep::daemon
