// leadkeep/flow/receive_message.h — the path of an inbound message
//
//   VerifiedWebhook ─ parse ─ resolve the leads' keys ─ one transaction: journal, leads,
//   conversations, messages, statuses, audit ─ tell the listeners
//
// Durable when it returns ok: the webhook may be answered with 200. Every message id is applied
// once, whatever the order or repetition; a status never goes backwards. If applying fails although
// the store works, the raw body is kept in the journal, marked as deferred, and applied later.
// Errors   kInvalidInput, kTooLarge  as intake/parse.h; nothing was stored
//          kUnavailable              nothing was stored; the sender will repeat
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/intake/verify.h>

#include <chrono>
#include <stop_token>

namespace leadkeep::flow {

struct PreparedUpdates;
struct DeferredWebhook;

struct Received {
  std::size_t messages = 0;  // new ones
  std::size_t repeated = 0;
  std::size_t statuses = 0;  // that changed something
  enum class Applied { kNow, kDeferred } applied = Applied::kNow;
};

class ReceiveMessage {
 public:
  explicit ReceiveMessage(House& house) noexcept : m_house{house} {}

  [[nodiscard]] Result<Received> receive(const intake::VerifiedWebhook& webhook);
  // Tries the deferred journal entries again; returns how many were applied.
  [[nodiscard]] Result<std::size_t> apply_deferred();
  // Notifications as they came, of days that are over for so long; the messages in them stay.
  [[nodiscard]] Result<void> forget_journal(std::chrono::days kept, const std::stop_token& stop);

 private:
  // Each update in a transaction of its own; those that were applied before change nothing.
  [[nodiscard]] Result<void> apply_each(const PreparedUpdates& prepared, Timestamp now);
  [[nodiscard]] Result<void> apply_again(const DeferredWebhook& entry);

  House& m_house;
};

}  // namespace leadkeep::flow
