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
constexpr milliseconds kLongestUnreachedWait{std::chrono::minutes{1}};
// After an outage of ours WhatsApp repeats statuses late: wait longer than after a lost answer.
constexpr int kInterruptedWaitFactor = 5;
constexpr milliseconds kBehindOlder{1};
constexpr std::uint32_t kMaxBackoffExponent = 9;

MessageId message_of(const OutboxEntry& entry) {
  return MessageId::from_bytes(as_bytes(entry.message_id())).value_or(MessageId{});
}

ConversationId conversation_of(const OutboxEntry& entry) {
  return ConversationId::from_bytes(as_bytes(entry.conversation_id())).value_or(ConversationId{});
}

// The ledger's own refusals; anything else is a fault that may pass.
bool is_final(Errc code) {
  return code == Errc::kConsentWithdrawn || code == Errc::kWindowClosed ||
         code == Errc::kUnreachable || code == Errc::kNotFound;
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
      if (!message) {
        LK_TRY_VOID(drop(txn, "lead_erased"));
        return Begun{};
      }
      inbox::Draft draft{place_of(*entry).lead, conversation_of(*entry), message_of(*entry),
                         AgentId::from_bytes(as_bytes(message->author())).value_or(AgentId{}),
                         Pii<std::string>{message->text()}};
      auto cleared = consent::Ledger{}.clear(txn, std::move(draft), now);
      if (!cleared && !is_final(cleared.error().code)) {
        return Fail{std::move(cleared).error()};
      }
      if (!cleared) {
        // After a try whose outcome is unknown the message may have arrived: not "failed".
        const auto status = message->resends_after_unknown() > 0 ? records::Message::STATUS_PARKED
                                                                 : records::Message::STATUS_FAILED;
        LK_TRY_VOID(give_up(txn, *message, status, std::string{name_of(cleared.error().code)}));
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
      case delivery::SendResult::kNotReached:
      case delivery::SendResult::kHalted:
        return change([&](store::WriteTxn& txn, OutboxEntry& entry, records::Message&) {
          entry.set_attempts(m_entry.attempts());  // this try does not count
          return move(txn, entry, OutboxEntry::STATE_WAITING, now);
        });
      case delivery::SendResult::kUnknown:
        return unknown(outcome.reason, m_path.m_limits.unknown_wait);
    }
    return {};
  }

  // No status came in time, or the process ended while the message was in flight.
  Result<void> resolve_unknown() {
    if (m_entry.state() == OutboxEntry::STATE_IN_FLIGHT) {
      return unknown("interrupted", m_path.m_limits.unknown_wait * kInterruptedWaitFactor);
    }
    return change(
        [&](store::WriteTxn& txn, OutboxEntry& entry, records::Message& message) -> Result<void> {
          if (entry.resends_after_unknown() >= kMaxResendsAfterUnknown) {
            return give_up(txn, message, records::Message::STATUS_PARKED, "outcome_unknown");
          }
          entry.set_resends_after_unknown(entry.resends_after_unknown() + 1);
          message.set_resends_after_unknown(entry.resends_after_unknown());
          LK_TRY_VOID(m_messages.save(txn, place_of(entry), message));
          LK_TRY_VOID(put_on_trail(txn, audit::Act::kReplyResent, "outcome_unknown"));
          return move(txn, entry, OutboxEntry::STATE_WAITING, m_house.clock.now());
        });
  }

  // The message does not open: it must not hold up the replies of everybody else.
  Result<void> set_aside() {
    log_error("REPLY_UNREADABLE", Field{"message", message_of(m_entry)});
    LK_TRY_VOID(m_house.store.write(
        [&](store::WriteTxn& txn) { return drop(txn, std::string{name_of(Errc::kCorrupt)}); }));
    m_house.metrics.sends_parked.add();
    return {};
  }

 private:
  Result<void> accepted(const delivery::SendOutcome& outcome) {
    m_house.metrics.sends_accepted.add();
    // Even when a status came first and has settled the entry, the id is worth keeping.
    LK_TRY_VOID(m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
      LK_TRY_VOID(settle(txn));
      LK_TRY_VOID(put_on_trail(txn, audit::Act::kReplySent, ""));
      LK_TRY(auto message, m_messages.find(txn, place_of(m_entry)));
      if (!message) {
        return {};
      }
      LK_TRY_VOID(m_messages.tie_wamid(txn, *message, outcome.wamid->expose()));
      if (message->status() < records::Message::STATUS_ACCEPTED) {
        message->set_status(records::Message::STATUS_ACCEPTED);
      }
      return m_messages.save(txn, place_of(m_entry), *message);
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

  Result<void> unknown(const std::string& reason, milliseconds wait) {
    m_house.metrics.sends_unknown.add();
    const Timestamp now = m_house.clock.now();
    return change(
        [&](store::WriteTxn& txn, OutboxEntry& entry, records::Message& message) -> Result<void> {
          message.set_status(records::Message::STATUS_UNKNOWN);
          LK_TRY_VOID(m_messages.save(txn, place_of(entry), message));
          LK_TRY_VOID(put_on_trail(txn, audit::Act::kReplyUnknown, reason));
          return move(txn, entry, OutboxEntry::STATE_UNKNOWN, now + wait);
        });
  }

  // Runs `body` on the entry as it is now; does nothing when a status has settled it meanwhile.
  template <class Body>
  Result<void> change(Body&& body) {
    enum class Done { kNothing, kChanged };
    LK_TRY(const Done done, m_house.store.write([&](store::WriteTxn& txn) -> Result<Done> {
      m_parked = false;
      LK_TRY(auto entry, m_outbox.find(txn, m_entry));
      if (!entry) {
        return Done::kNothing;
      }
      LK_TRY(auto message, m_messages.find(txn, place_of(m_entry)));
      LK_TRY_VOID(message ? body(txn, *entry, *message) : drop(txn, "lead_erased"));
      return Done::kChanged;
    }));
    if (done == Done::kChanged) {
      m_house.metrics.sends_parked.add(m_parked ? 1 : 0);
      tell();
    }
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
    m_parked = status == records::Message::STATUS_PARKED;
    return put_on_trail(txn, m_parked ? audit::Act::kReplyParked : audit::Act::kReplyFailed,
                        reason);
  }

  // Ends the entry without its message.
  Result<void> drop(store::WriteTxn& txn, const std::string& reason) {
    LK_TRY_VOID(settle(txn));
    return put_on_trail(txn, audit::Act::kReplyFailed, reason);
  }

  Result<void> put_on_trail(store::WriteTxn& txn, audit::Act act, const std::string& reason) {
    audit::Entry trail = entry_by(std::nullopt, act, audit::object_of(message_of(m_entry)));
    trail.reason = reason;
    return audit::append(txn, trail, m_house.clock.now());
  }

  Result<void> settle(store::WriteTxn& txn) {
    return m_outbox.settle(txn, conversation_of(m_entry), m_entry.seq(), message_of(m_entry),
                           m_house.clock.now());
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
  bool m_parked = false;  // by the body that ran last
};

milliseconds DeliverMessages::backoff(std::uint32_t attempts) const {
  const std::uint32_t exponent = std::min(attempts == 0 ? 0 : attempts - 1, kMaxBackoffExponent);
  return m_limits.backoff_base * (1U << exponent);
}

// Nothing can be sent now, whatever the message: all wait.
milliseconds DeliverMessages::pause_after(const delivery::SendOutcome& outcome) {
  switch (outcome.result) {
    case delivery::SendResult::kHalted:
      log_error("SENDING_HALTED", Field{"graph_error", outcome.error_code.value_or(0)});
      return kHaltedWait;
    case delivery::SendResult::kNotReached:
      return std::min(backoff(++m_unreached), kLongestUnreachedWait);
    default:
      m_unreached = 0;
      return milliseconds{0};
  }
}

// Kept until it is recorded, so that a full disk does not turn "accepted" into "unknown".
Result<milliseconds> DeliverMessages::record_outcome() {
  Attempt attempt{*this, m_unrecorded->entry};
  LK_TRY_VOID(attempt.record(m_unrecorded->outcome));
  const milliseconds pause = pause_after(m_unrecorded->outcome);
  m_unrecorded.reset();
  m_paused_until = m_house.clock.now() + pause;
  return pause;
}

Result<milliseconds> DeliverMessages::step() {
  if (m_unrecorded) {
    return record_outcome();
  }
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
  const Timestamp due = std::max(Timestamp{next.entry->due_ms()}, m_paused_until);
  if (due > now) {
    return std::min(due - now, kNothingToDo);
  }
  auto done = attempt_now(*next.entry, next.blocked_by);
  if (!done && done.error().code == Errc::kCorrupt) {
    LK_TRY_VOID(Attempt(*this, *next.entry).set_aside());
    return milliseconds{0};
  }
  return done;
}

Result<milliseconds> DeliverMessages::attempt_now(const OutboxEntry& entry,
                                                  const std::optional<Timestamp>& blocked_by) {
  Attempt attempt{*this, entry};
  if (entry.state() != OutboxEntry::STATE_WAITING) {
    LK_TRY_VOID(attempt.resolve_unknown());
    return milliseconds{0};
  }
  if (blocked_by) {
    LK_TRY_VOID(attempt.wait_behind(*blocked_by));
    return milliseconds{0};
  }
  LK_TRY(const auto cleared, attempt.begin());
  if (!cleared) {
    return milliseconds{0};
  }
  m_unrecorded = Unrecorded{entry, m_gateway.send(*cleared, entry.attempts())};
  return record_outcome();
}

}  // namespace leadkeep::flow
