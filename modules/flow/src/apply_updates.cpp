#include "apply_updates.h"

#include "message_spans.h"
#include "trail_entry.h"

#include <leadkeep/crypto/random.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/messages.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

using inbox::EventKind;

records::Message::Status to_record(intake::DeliveryStatus status) {
  switch (status) {
    case intake::DeliveryStatus::kSent:
      return records::Message::STATUS_SENT;
    case intake::DeliveryStatus::kDelivered:
      return records::Message::STATUS_DELIVERED;
    case intake::DeliveryStatus::kRead:
      return records::Message::STATUS_READ;
    case intake::DeliveryStatus::kPlayed:
      return records::Message::STATUS_PLAYED;
    case intake::DeliveryStatus::kFailed:
      return records::Message::STATUS_FAILED;
  }
  return records::Message::STATUS_UNSPECIFIED;
}

records::Message to_record(const PreparedMessage& prepared, const MessageId& id, Timestamp now) {
  const intake::InboundMessage& in = *prepared.message;
  records::Message out;
  out.set_id(std::string{id.raw()});
  out.set_direction(records::Message::DIRECTION_INBOUND);
  out.set_status(records::Message::STATUS_RECEIVED);
  out.set_type(in.type);
  out.set_wamid(in.wamid.expose());
  out.set_sent_at_ms(in.sent_at.ms);
  out.set_stored_at_ms(now.ms);
  out.set_received_json(in.received_json.expose());
  if (in.text) {
    out.set_has_text(true);
    out.set_text(in.text->expose());
    put_spans(out, prepared.spans);
  }
  if (in.reply_to_wamid) {
    out.set_reply_to_wamid(in.reply_to_wamid->expose());
  }
  return out;
}

class Applying {
 public:
  Applying(store::WriteTxn& txn, House& house, Timestamp now) noexcept
      : m_txn{txn}, m_house{house}, m_now{now} {}

  Result<void> message(const PreparedMessage& prepared) {
    LK_TRY(const auto known, m_messages.find_by_wamid(m_txn, prepared.message->wamid.expose()));
    if (known) {
      ++m_applied.received.repeated;
      return {};
    }
    LK_TRY(inbox::MetLead met, m_leads.meet(m_txn, prepared.person, prepared.candidate, m_now));
    LK_TRY(auto conversation, conversation_of(met));
    const auto id = crypto::new_id<MessageId>(m_now);
    records::Message record = to_record(prepared, id, m_now);
    LK_TRY_VOID(m_messages.add(m_txn, conversation.now, record));
    touch(conversation.now, *prepared.message);
    LK_TRY_VOID(m_conversations.save(m_txn, conversation.before, conversation.now));
    if (met.content == inbox::MetLead::Content::kChanged) {
      LK_TRY_VOID(m_leads.save(m_txn, met.lead));
    }
    LK_TRY_VOID(audit_message(met, conversation, id));
    ++m_applied.received.messages;
    tell(conversation.before ? EventKind::kConversationChanged : EventKind::kConversationCreated,
         inbox::id_of(conversation.now), std::nullopt);
    tell(EventKind::kMessageReceived, inbox::id_of(conversation.now), id);
    return {};
  }

  Result<void> status(const intake::StatusUpdate& update) {
    LK_TRY(const auto id, message_of(update));
    LK_TRY(const auto place, id ? m_messages.place_of(m_txn, *id)
                                : Result<std::optional<inbox::MessagePlace>>{std::nullopt});
    LK_TRY(auto record, place ? m_messages.find(m_txn, *place)
                              : Result<std::optional<records::Message>>{std::nullopt});
    if (!record || record->direction() != records::Message::DIRECTION_OUTBOUND) {
      ++m_applied.statuses_unmatched;
      return {};
    }
    const auto change = inbox::apply_status(*record, to_record(update.status), update.at,
                                            update.error_code.value_or(0));
    // A status proves that WhatsApp has the message, whatever became of the answer to the request.
    LK_TRY_VOID(m_outbox.settle(m_txn, place->conversation, place->seq, *id, m_now));
    LK_TRY_VOID(m_messages.tie_wamid(m_txn, *record, update.wamid.expose()));
    LK_TRY_VOID(m_messages.save(m_txn, *place, *record));
    if (change == inbox::StatusChange::kKnownAlready) {
      return {};
    }
    ++m_applied.received.statuses;
    audit::Entry entry = entry_by(std::nullopt, audit::Act::kStatusReceived, audit::object_of(*id));
    entry.reason = std::string{name_of(update.status)};
    LK_TRY_VOID(audit::append(m_txn, entry, m_now));
    tell(EventKind::kMessageChanged, place->conversation, id);
    return {};
  }

  Result<void> unattributed(std::size_t count) {
    if (count == 0) {
      return {};
    }
    audit::Entry entry = entry_by(std::nullopt, audit::Act::kMessageUnattributed);
    entry.items = count;
    return audit::append(m_txn, entry, m_now);
  }

  [[nodiscard]] Applied take() && { return std::move(m_applied); }

 private:
  struct Opened {
    std::optional<records::Conversation> before;
    records::Conversation now;
  };

  // One conversation for one lead on our number; it comes into being with the first message.
  Result<Opened> conversation_of(inbox::MetLead& met) {
    const auto lead = LeadId::from_bytes(as_bytes(met.lead.id()));
    LK_CHECK(lead.has_value());
    if (const auto id = ConversationId::from_bytes(as_bytes(met.lead.conversation_id()))) {
      LK_TRY(records::Conversation loaded, m_conversations.load(m_txn, {*id, *lead}));
      return Opened{loaded, loaded};
    }
    const auto id = crypto::new_id<ConversationId>(m_now);
    met.lead.set_conversation_id(std::string{id.raw()});
    met.content = inbox::MetLead::Content::kChanged;
    return Opened{std::nullopt, m_conversations.make(id, *lead, m_house.phone_number_id, m_now)};
  }

  static void touch(records::Conversation& conversation, const intake::InboundMessage& message) {
    conversation.set_unread(conversation.unread() + 1);
    conversation.set_last_activity_ms(
        std::max(conversation.last_activity_ms(), message.sent_at.ms));
    if (conversation.status() == records::Conversation::STATUS_CLOSED) {
      conversation.set_status(records::Conversation::STATUS_OPEN);
    }
    if (intake::opens_window(message.type) == intake::OpensWindow::kYes) {
      const Timestamp end = message.sent_at + inbox::kServiceWindow;
      conversation.set_window_expires_ms(std::max(conversation.window_expires_ms(), end.ms));
    }
  }

  // By the token that we sent along, or by WhatsApp's id. Our token comes first: it is there even
  // when the answer that carried the id never arrived.
  Result<std::optional<MessageId>> message_of(const intake::StatusUpdate& update) {
    if (update.callback_data) {
      if (const auto id = MessageId::parse(*update.callback_data)) {
        return id;
      }
    }
    return m_messages.find_by_wamid(m_txn, update.wamid.expose());
  }

  Result<void> audit_message(const inbox::MetLead& met, const Opened& conversation,
                             const MessageId& id) {
    const auto lead = *LeadId::from_bytes(as_bytes(met.lead.id()));
    if (met.kind == inbox::MetLead::Kind::kNew) {
      LK_TRY_VOID(audit::append(
          m_txn, entry_by(std::nullopt, audit::Act::kLeadCreated, audit::object_of(lead)), m_now));
    } else if (met.identifiers_added > 0) {
      LK_TRY_VOID(audit::append(
          m_txn, entry_by(std::nullopt, audit::Act::kIdentifierAdded, audit::object_of(lead)),
          m_now));
    }
    if (met.kind == inbox::MetLead::Kind::kKnown && !conversation.before) {
      LK_TRY_VOID(audit::append(m_txn,
                                entry_by(std::nullopt, audit::Act::kConversationCreated,
                                         audit::object_of(inbox::id_of(conversation.now))),
                                m_now));
    }
    if (met.identifiers == inbox::MetLead::Identifiers::kConflict) {
      LK_TRY_VOID(audit::append(
          m_txn, entry_by(std::nullopt, audit::Act::kIdentifierConflict, audit::object_of(lead)),
          m_now));
    }
    return audit::append(
        m_txn, entry_by(std::nullopt, audit::Act::kMessageReceived, audit::object_of(id)), m_now);
  }

  void tell(EventKind kind, const ConversationId& conversation,
            const std::optional<MessageId>& message) {
    m_applied.events.push_back({kind, conversation, message});
  }

  store::WriteTxn& m_txn;
  House& m_house;
  const Timestamp m_now;
  const inbox::Leads m_leads{};
  const inbox::Conversations m_conversations{};
  const inbox::Messages m_messages{};
  const delivery::Outbox m_outbox{};
  Applied m_applied;
};

}  // namespace

Result<Applied> apply(store::WriteTxn& txn, House& house, const PreparedUpdates& updates,
                      Timestamp now) {
  Applying applying{txn, house, now};
  for (const auto& update : updates.updates) {
    if (const auto* message = std::get_if<PreparedMessage>(&update)) {
      LK_TRY_VOID(applying.message(*message));
    } else {
      LK_TRY_VOID(applying.status(*std::get<const intake::StatusUpdate*>(update)));
    }
  }
  LK_TRY_VOID(applying.unattributed(updates.unattributed));
  return std::move(applying).take();
}

}  // namespace leadkeep::flow
