#include <leadkeep/base/event_log.h>
#include <leadkeep/delivery/outbox.h>
#include <leadkeep/store/records/counter.pb.h>
#include <leadkeep/store/table.h>

namespace leadkeep::delivery {
namespace {

constexpr store::Table<records::OutboxEntry> kOutbox{store::TableId::kOutbox};
constexpr store::Table<records::Counter> kHeads{store::TableId::kOutboxHeads};

store::KeyRef outbox_key() {
  return store::system_key("outbox");
}

Bytes due_key(Timestamp due, ByteView message) {
  Bytes key;
  append_be(key, static_cast<std::uint64_t>(due.ms));
  append(key, message);
  return key;
}

Bytes due_key(const records::OutboxEntry& entry) {
  return due_key(Timestamp{entry.due_ms()}, as_bytes(entry.message_id()));
}

Bytes head_key(ByteView conversation, std::uint64_t seq) {
  Bytes key{conversation.begin(), conversation.end()};
  append_be(key, seq);
  return key;
}

// An entry that is not the one of its row would be taken again and again and never found.
Result<void> check_place(const records::OutboxEntry& entry, ByteView row) {
  const bool has_ids = MessageId::from_bytes(as_bytes(entry.message_id())) &&
                       ConversationId::from_bytes(as_bytes(entry.conversation_id())) &&
                       LeadId::from_bytes(as_bytes(entry.lead_id()));
  if (!has_ids || !same_bytes(due_key(entry), row)) {
    return fail(Errc::kCorrupt, "outbox: an entry is not the one of its row");
  }
  return {};
}

Result<void> put(store::WriteTxn& txn, const records::OutboxEntry& entry) {
  records::Counter due;
  due.set_value(static_cast<std::uint64_t>(entry.due_ms()));
  LK_TRY_VOID(
      kHeads.put(txn, head_key(as_bytes(entry.conversation_id()), entry.seq()), outbox_key(), due));
  return kOutbox.put(txn, due_key(entry), outbox_key(), entry);
}

}  // namespace

Result<void> Outbox::enqueue(store::WriteTxn& txn, const consent::ClearedMessage& message,
                             std::uint64_t seq, Timestamp now) const {
  const inbox::Draft& draft = message.draft();
  records::OutboxEntry entry;
  entry.set_message_id(std::string{draft.message.raw()});
  entry.set_conversation_id(std::string{draft.conversation.raw()});
  entry.set_lead_id(std::string{draft.lead.raw()});
  entry.set_seq(seq);
  entry.set_state(records::OutboxEntry::STATE_WAITING);
  entry.set_due_ms(now.ms);
  entry.set_accepted_ms(now.ms);
  return put(txn, entry);
}

Result<std::optional<records::OutboxEntry>> Outbox::first(store::ReadTxn& txn) const {
  std::optional<records::OutboxEntry> found;
  LK_TRY_VOID(
      txn.scan(store::TableId::kOutbox, {}, {}, [&](ByteView key, ByteView) -> Result<store::Step> {
        auto entry = kOutbox.load(txn, key, outbox_key());
        const auto readable = entry ? check_place(entry.value(), key) : Fail{entry.error()};
        if (!readable) {  // one damaged row must not stop the replies of everybody
          log_error("OUTBOX_ROW_UNREADABLE", Field{"reason", Reason{readable.error()}});
          return store::Step::kContinue;
        }
        found = std::move(entry).value();
        return store::Step::kStop;
      }));
  return found;
}

Result<std::optional<Timestamp>> Outbox::blocked_by(store::ReadTxn& txn,
                                                    const records::OutboxEntry& entry) const {
  std::optional<Timestamp> older;
  const Bytes own = head_key(as_bytes(entry.conversation_id()), entry.seq());
  LK_TRY_VOID(kHeads.scan(txn, as_bytes(entry.conversation_id()), {}, outbox_key(),
                          [&](ByteView key, const records::Counter& due) -> Result<store::Step> {
                            if (!same_bytes(key, own)) {
                              older = Timestamp{static_cast<std::int64_t>(due.value())};
                            }
                            return store::Step::kStop;
                          }));
  return older;
}

Result<std::optional<records::OutboxEntry>> Outbox::find(store::ReadTxn& txn,
                                                         const records::OutboxEntry& entry) const {
  return kOutbox.find(txn, due_key(entry), outbox_key());
}

Result<void> Outbox::move(store::WriteTxn& txn, const records::OutboxEntry& from,
                          const records::OutboxEntry& to) const {
  LK_TRY_VOID(kOutbox.erase(txn, due_key(from)));
  return put(txn, to);
}

Result<void> Outbox::settle(store::WriteTxn& txn, const ConversationId& conversation,
                            std::uint64_t seq, const MessageId& message, Timestamp now) const {
  const Bytes head = head_key(conversation.bytes(), seq);
  LK_TRY(const auto due, kHeads.find(txn, head, outbox_key()));
  if (!due) {
    return {};
  }
  LK_TRY_VOID(kHeads.erase(txn, head));
  LK_TRY_VOID(kOutbox.erase(
      txn, due_key(Timestamp{static_cast<std::int64_t>(due->value())}, message.bytes())));
  return pull_next(txn, conversation, now);
}

Result<void> Outbox::erase(store::WriteTxn& txn, const ConversationId& conversation) const {
  std::vector<std::pair<Bytes, Bytes>> rows;  // of both tables
  LK_TRY_VOID(kHeads.scan(
      txn, conversation.bytes(), {}, outbox_key(),
      [&](ByteView key, const records::Counter& due) -> Result<store::Step> {
        Bytes begin;
        append_be(begin, due.value());
        const auto seq = read_be<std::uint64_t>(key.last(8));
        LK_TRY_VOID(kOutbox.scan(
            txn, begin, {}, outbox_key(),
            [&](ByteView row, const records::OutboxEntry& entry) -> Result<store::Step> {
              if (entry.seq() != seq || entry.conversation_id() != conversation.raw()) {
                return store::Step::kContinue;
              }
              rows.emplace_back(Bytes{key.begin(), key.end()}, Bytes{row.begin(), row.end()});
              return store::Step::kStop;
            }));
        return store::Step::kContinue;
      }));
  for (const auto& [head, row] : rows) {
    LK_TRY_VOID(kHeads.erase(txn, head));
    LK_TRY_VOID(kOutbox.erase(txn, row));
  }
  return {};
}

Result<void> Outbox::pull_next(store::WriteTxn& txn, const ConversationId& conversation,
                               Timestamp now) const {
  std::optional<Timestamp> due;
  std::uint64_t seq = 0;
  LK_TRY_VOID(kHeads.scan(txn, conversation.bytes(), {}, outbox_key(),
                          [&](ByteView key, const records::Counter& head) -> Result<store::Step> {
                            due = Timestamp{static_cast<std::int64_t>(head.value())};
                            seq = read_be<std::uint64_t>(key.last(8));
                            return store::Step::kStop;
                          }));
  if (!due || *due <= now) {
    return {};
  }
  // Entries of other conversations may share the due time.
  std::optional<records::OutboxEntry> waiting;
  Bytes prefix;
  append_be(prefix, static_cast<std::uint64_t>(due->ms));
  LK_TRY_VOID(kOutbox.scan(txn, prefix, {}, outbox_key(),
                           [&](ByteView, records::OutboxEntry& entry) -> Result<store::Step> {
                             if (entry.seq() != seq ||
                                 entry.conversation_id() != conversation.raw()) {
                               return store::Step::kContinue;
                             }
                             waiting = std::move(entry);
                             return store::Step::kStop;
                           }));
  const bool only_waited_behind = waiting &&
                                  waiting->state() == records::OutboxEntry::STATE_WAITING &&
                                  waiting->attempts() == 0;
  if (!only_waited_behind) {
    return {};
  }
  records::OutboxEntry next = *waiting;
  next.set_due_ms(now.ms);
  return move(txn, *waiting, next);
}

void OutboxSignal::notify() {
  m_state.with([](State& state) { state.notified = true; });
  m_state.notify_all();
}

void OutboxSignal::stop() {
  m_state.with([](State& state) { state.stopped = true; });
  m_state.notify_all();
}

OutboxSignal::Woken OutboxSignal::wait(std::chrono::milliseconds limit) {
  const auto is_signalled = [](const State& state) { return state.notified || state.stopped; };
  return m_state.when_or_after(limit, is_signalled, [&](State& state) {
    const Woken woken = is_signalled(state) ? Woken::kBySignal : Woken::kByTime;
    state.notified = false;
    return woken;
  });
}

}  // namespace leadkeep::delivery
