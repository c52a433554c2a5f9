// leadkeep/flow/deliver_messages.h — the path of a reply, from "accepted" to "with WhatsApp"
//
//   outbox ─ ask the ledger again ─ mark as in flight (durable) ─ gateway ─ record the outcome
//
// A crash at any point leaves an entry that says how far it came; see delivery/outbox.h. A message
// is never sent again knowingly: after a try without an answer it waits for a status, and is then
// sent once more, marked so, or parked for a person.
// Threads  one: the sender thread
#pragma once
#include <leadkeep/delivery/gateway.h>
#include <leadkeep/flow/house.h>

#include <chrono>
#include <optional>

namespace leadkeep::flow {

struct DeliveryLimits {
  std::uint32_t max_attempts = 8;
  std::chrono::milliseconds unknown_wait{120'000};
  std::chrono::milliseconds backoff_base{1'000};
};

class DeliverMessages {
 public:
  DeliverMessages(House& house, delivery::Gateway& gateway, DeliveryLimits limits) noexcept
      : m_house{house}, m_gateway{gateway}, m_limits{limits} {}

  // Does what is due first, if anything is. An outage or a halted account pauses everything and
  // costs no message a try. Returns how long nothing else will be due; zero = go
  // on.
  [[nodiscard]] Result<std::chrono::milliseconds> step();

 private:
  class Attempt;

  struct Unrecorded {
    records::OutboxEntry entry;
    delivery::SendOutcome outcome;
  };

  [[nodiscard]] Result<std::chrono::milliseconds> attempt_now(
      const records::OutboxEntry& entry, const std::optional<Timestamp>& blocked_by);
  [[nodiscard]] Result<std::chrono::milliseconds> record_outcome();
  [[nodiscard]] std::chrono::milliseconds pause_after(const delivery::SendOutcome& outcome);
  [[nodiscard]] std::chrono::milliseconds backoff(std::uint32_t attempts) const;

  House& m_house;
  delivery::Gateway& m_gateway;
  const DeliveryLimits m_limits;
  std::optional<Unrecorded> m_unrecorded;
  Timestamp m_paused_until;
  std::uint32_t m_unreached = 0;  // tries in a row without a connection
};

}  // namespace leadkeep::flow
