// leadkeep/delivery/outbox.h — message path, send: replies that are accepted and not yet gone
//
// The life of an entry:
//
//   WAITING ──▶ IN_FLIGHT ──answer──▶ gone, or WAITING until later
//                  └──────no answer──▶ UNKNOWN ──a status comes──▶ gone
//                                         └──none in time──▶ WAITING once more, or parked
//
// IN_FLIGHT is durable before the first byte goes out, so after a crash the entry says "the outcome
// is unknown" instead of being sent again. Within one conversation entries leave in the order they
// were accepted: an entry behind another one waits.
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/id.h>
#include <leadkeep/consent/cleared_message.h>
#include <leadkeep/store/records/outbox.pb.h>
#include <leadkeep/store/transaction.h>

#include <chrono>
#include <optional>

namespace leadkeep::delivery {

class Outbox {
 public:
  // Takes only what the consent ledger has cleared.
  [[nodiscard]] Result<void> enqueue(store::WriteTxn& txn, const consent::ClearedMessage& message,
                                     std::uint64_t seq, Timestamp now) const;

  // The entry that is due first, and when it is due; nothing when the outbox is empty.
  [[nodiscard]] Result<std::optional<records::OutboxEntry>> first(store::ReadTxn& txn) const;
  // The due time of an older entry of the same conversation, if there is one.
  [[nodiscard]] Result<std::optional<Timestamp>> blocked_by(
      store::ReadTxn& txn, const records::OutboxEntry& entry) const;
  // The entry as it is now; nothing if it was settled in the meantime.
  [[nodiscard]] Result<std::optional<records::OutboxEntry>> find(
      store::ReadTxn& txn, const records::OutboxEntry& entry) const;

  // Writes `entry` with another state or due time.
  [[nodiscard]] Result<void> move(store::WriteTxn& txn, const records::OutboxEntry& from,
                                  const records::OutboxEntry& to) const;
  // Ends the entry of a message; absent is fine. The next one of the conversation, which had to wait
  // behind it, is due now.
  [[nodiscard]] Result<void> settle(store::WriteTxn& txn, const ConversationId& conversation,
                                    std::uint64_t seq, const MessageId& message,
                                    Timestamp now) const;

  // Whatever of the conversation is still to be sent is not sent any more.
  [[nodiscard]] Result<void> erase(store::WriteTxn& txn, const ConversationId& conversation) const;

 private:
  [[nodiscard]] Result<void> pull_next(store::WriteTxn& txn, const ConversationId& conversation,
                                       Timestamp now) const;
};

// Wakes the sender thread when there is something new to send.
class OutboxSignal {
 public:
  void notify();
  void stop();
  enum class Woken { kBySignal, kByTime };
  // Returns early on notify() or stop().
  Woken wait(std::chrono::milliseconds limit);

 private:
  struct State {
    bool notified = false;
    bool stopped = false;
  };

  Guarded<State> m_state;
};

}  // namespace leadkeep::delivery
