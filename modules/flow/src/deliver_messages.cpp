#include "trail_entry.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/consent/ledger.h>
#include <leadkeep/flow/deliver_messages.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/messages.h>

#include <algorithm>
#include <array>

namespace leadkeep::flow {
namespace {

using records::OutboxEntry;
using std::chrono::milliseconds;

constexpr std::uint32_t kMaxResendsAfterUnknown = 1;
constexpr milliseconds kNothingToDo{std::chrono::minutes{1}};
constexpr milliseconds kHaltedWait{std::chrono::minutes{1}};
constexpr milliseconds kBehindOlder{1};
constexpr std::uint32_t kMaxBackoffExponent = 9;

MessageId message_of(const OutboxEntry& entry) {
  return MessageId::from_bytes(as_bytes(entry.message_id())).value_or(MessageId{});
}

ConversationId conversation_of(const OutboxEntry& entry) {
  return ConversationId::from_bytes(as_bytes(entry.conversation_id())).value_or(ConversationId{});
}

inbox::MessagePlace place_of(const OutboxEntry& entry) {
  return {LeadId::from_bytes(as_bytes(entry.lead_id())).value_or(LeadId{}), conversation_of(entry),
          entry.seq()};
}

}  // namespace

// The transactions around one entry of the outbox.
class DeliverMessages::Attempt {
 public:
  Attempt(DeliverMessages& path, OutboxEntry entry)
      : m_path{path}, m_house{path.m_house}, m_entry{std::move(entry)} {}

  // An older message of the same conversation goes first.
  Result<void> wait_behind(Timestamp older_due) {
    const Timestamp due = std::max(older_due, m_house.clock.now()) + kBehindOlder;
    return change([&](store::WriteTxn& txn, OutboxEntry& entry, records::Message&) {
      return move(txn, entry, OutboxEntry::STATE_WAITING, due);
    });
  }

  // Asks the ledger again and marks the entry as in flight; nothing if it may not be sent any more.
  Result<std::optional<consent::ClearedMessage>> begin() {
    using Begun = std::optional<consent::ClearedMessage>;
    const Timestamp now = m_house.clock.now();
    return m_house.store.write([&](store::WriteTxn& txn) -> Result<Begun> {
      LK_TRY(auto entry, m_outbox.find(txn, m_entry));
      LK_TRY(auto message, m_messages.find(txn, place_of(m_entry)));
      if (!entry) {
        return Begun{};
      }
      if (!message) {  // the lead was erased: nothing is left to send
        LK_TRY_VOID(settle(txn));
        return Begun{};
      }
      inbox::Draft draft{place_of(*entry).lead, conversation_of(*entry), message_of(*entry),
                         AgentId::from_bytes(as_bytes(message->author())).value_or(AgentId{}),
                         Pii<std::string>{message->text()}};
      auto cleared = consent::Ledger{}.clear(txn, std::move(draft), now);
      if (!cleared) {
        const std::string reason{name_of(cleared.error().code)};
        LK_TRY_VOID(give_up(txn, *message, records::Message::STATUS_FAILED, reason));
        return Begun{};
      }
      OutboxEntry next = *entry;
      next.set_state(OutboxEntry::STATE_IN_FLIGHT);
      next.set_attempts(entry->attempts() + 1);
      LK_TRY_VOID(m_outbox.move(txn, *entry, next));
      return Begun{std::move(cleared).value()};
    });
  }

  Result<void> record(const delivery::SendOutcome& outcome) {
    const Timestamp now = m_house.clock.now();
    switch (outcome.result) {
      case delivery::SendResult::kAccepted:
        return accepted(outcome);
      case delivery::SendResult::kRefused:
        return change([&](store::WriteTxn& txn, OutboxEntry&, records::Message& message) {
          return give_up(txn, message, records::Message::STATUS_FAILED, outcome.reason);
        });
      case delivery::SendResult::kRetryLater:
        return postpone(outcome);
      case delivery::SendResult::kHalted:
        return change([&](store::WriteTxn& txn, OutboxEntry& entry, records::Message&) {
          entry.set_attempts(m_entry.attempts());  // this try does not count
          return move(txn, entry, OutboxEntry::STATE_WAITING, now + kHaltedWait);
        });
      case delivery::SendResult::kUnknown:
        return unknown(outcome.reason);
    }
    return {};
  }

  // No status came in time, or the process ended while the message was in flight.
  Result<void> resolve_unknown() {
    if (m_entry.state() == OutboxEntry::STATE_IN_FLIGHT) {
      return unknown("interrupted");
    }
    return change(
        [&](store::WriteTxn& txn, OutboxEntry& entry, records::Message& message) -> Result<void> {
          if (entry.resends_after_unknown() >= kMaxResendsAfterUnknown) {
            return give_up(txn, message, records::Message::STATUS_PARKED, "outcome_unknown");
          }
          entry.set_resends_after_unknown(entry.resends_after_unknown() + 1);
          message.set_resends_after_unknown(entry.resends_after_unknown());
          LK_TRY_VOID(m_messages.save(txn, place_of(entry), message));
          return move(txn, entry, OutboxEntry::STATE_WAITING, m_house.clock.now());
        });
  }

 private:
  Result<void> accepted(const delivery::SendOutcome& outcome) {
    m_house.metrics.sends_accepted.add();
    // Even when a status came first and has settled the entry, the id is worth keeping.
    const Timestamp now = m_house.clock.now();
    LK_TRY_VOID(m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
      LK_TRY_VOID(settle(txn));
      LK_TRY(auto message, m_messages.find(txn, place_of(m_entry)));
      if (!message) {
        return {};
      }
      LK_TRY_VOID(m_messages.tie_wamid(txn, *message, outcome.wamid->expose()));
      if (message->status() < records::Message::STATUS_ACCEPTED) {
        message->set_status(records::Message::STATUS_ACCEPTED);
      }
      LK_TRY_VOID(m_messages.save(txn, place_of(m_entry), *message));
      return audit::append(
          txn,
          entry_by(std::nullopt, audit::Act::kReplySent, audit::object_of(message_of(m_entry))),
          now);
    }));
    tell();
    return {};
  }

  Result<void> postpone(const delivery::SendOutcome& outcome) {
    const std::uint32_t attempts = m_entry.attempts() + 1;
    m_house.metrics.sends_retried.add();
    return change([&](store::WriteTxn& txn, OutboxEntry& entry, records::Message& message) {
      if (attempts >= m_path.m_limits.max_attempts) {
        return give_up(txn, message, records::Message::STATUS_PARKED, outcome.reason);
      }
      const milliseconds wait =
          std::max(m_path.backoff(attempts), outcome.retry_after.value_or(milliseconds{0}));
      return move(txn, entry, OutboxEntry::STATE_WAITING, m_house.clock.now() + wait);
    });
  }

  Result<void> unknown(const std::string& reason) {
    m_house.metrics.sends_unknown.add();
    const Timestamp now = m_house.clock.now();
    return change([&](store::WriteTxn& txn, OutboxEntry& entry,
                      records::Message& message) -> Result<void> {
      message.set_status(records::Message::STATUS_UNKNOWN);
      LK_TRY_VOID(m_messages.save(txn, place_of(entry), message));
      audit::Entry trail =
          entry_by(std::nullopt, audit::Act::kReplyUnknown, audit::object_of(message_of(entry)));
      trail.reason = reason;
      LK_TRY_VOID(audit::append(txn, trail, now));
      return move(txn, entry, OutboxEntry::STATE_UNKNOWN, now + m_path.m_limits.unknown_wait);
    });
  }

  // Runs `body` on the entry as it is now; does nothing when a status has settled it meanwhile.
  template <class Body>
  Result<void> change(Body&& body) {
    LK_TRY_VOID(m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
      LK_TRY(auto entry, m_outbox.find(txn, m_entry));
      LK_TRY(auto message, m_messages.find(txn, place_of(m_entry)));
      if (!entry) {
        return {};
      }
      return message ? body(txn, *entry, *message) : settle(txn);
    }));
    tell();
    return {};
  }

  Result<void> move(store::WriteTxn& txn, const OutboxEntry& entry, OutboxEntry::State state,
                    Timestamp due) {
    OutboxEntry next = entry;
    next.set_state(state);
    next.set_due_ms(due.ms);
    return m_outbox.move(txn, m_entry, next);
  }

  Result<void> give_up(store::WriteTxn& txn, records::Message& message,
                       records::Message::Status status, const std::string& reason) {
    message.set_status(status);
    message.set_failure(reason);
    LK_TRY_VOID(m_messages.save(txn, place_of(m_entry), message));
    LK_TRY_VOID(settle(txn));
    const bool parked = status == records::Message::STATUS_PARKED;
    audit::Entry trail =
        entry_by(std::nullopt, parked ? audit::Act::kReplyParked : audit::Act::kReplyFailed,
                 audit::object_of(message_of(m_entry)));
    trail.reason = reason;
    return audit::append(txn, trail, m_house.clock.now());
  }

  Result<void> settle(store::WriteTxn& txn) {
    return m_outbox.settle(txn, conversation_of(m_entry), m_entry.seq(), message_of(m_entry));
  }

  void tell() {
    m_house.feed.publish(
        {{inbox::EventKind::kMessageChanged, conversation_of(m_entry), message_of(m_entry)}});
  }

  DeliverMessages& m_path;
  House& m_house;
  const OutboxEntry m_entry;
  const delivery::Outbox m_outbox{};
  const inbox::Messages m_messages{};
};

milliseconds DeliverMessages::backoff(std::uint32_t attempts) const {
  const std::uint32_t exponent = std::min(attempts == 0 ? 0 : attempts - 1, kMaxBackoffExponent);
  return m_limits.backoff_base * (1U << exponent);
}

Result<milliseconds> DeliverMessages::step() {
  const delivery::Outbox outbox;

  struct Next {
    std::optional<OutboxEntry> entry;
    std::optional<Timestamp> blocked_by;
  };

  LK_TRY(const Next next, m_house.store.read([&](store::ReadTxn& txn) -> Result<Next> {
    Next found;
    LK_TRY(found.entry, outbox.first(txn));
    if (found.entry) {
      LK_TRY(found.blocked_by, outbox.blocked_by(txn, *found.entry));
    }
    return found;
  }));
  LK_TRY(const std::uint64_t waiting, m_house.store.rows(store::TableId::kOutbox));
  m_house.metrics.outbox_waiting.set(static_cast<std::int64_t>(waiting));
  if (!next.entry) {
    return kNothingToDo;
  }
  const Timestamp now = m_house.clock.now();
  const Timestamp due{next.entry->due_ms()};
  if (due > now) {
    return std::min(due - now, kNothingToDo);
  }
  Attempt attempt{*this, *next.entry};
  if (next.entry->state() != OutboxEntry::STATE_WAITING) {
    LK_TRY_VOID(attempt.resolve_unknown());
    return milliseconds{0};
  }
  if (next.blocked_by) {
    LK_TRY_VOID(attempt.wait_behind(*next.blocked_by));
    return milliseconds{0};
  }
  LK_TRY(const auto cleared, attempt.begin());
  if (!cleared) {
    return milliseconds{0};
  }
  const delivery::SendOutcome outcome = m_gateway.send(*cleared, next.entry->attempts());
  if (outcome.result == delivery::SendResult::kHalted) {
    log_error("SENDING_HALTED", Field{"graph_error", outcome.error_code.value_or(0)});
  }
  LK_TRY_VOID(attempt.record(outcome));
  return outcome.result == delivery::SendResult::kHalted ? kHaltedWait : milliseconds{0};
}

}  // namespace leadkeep::flow
