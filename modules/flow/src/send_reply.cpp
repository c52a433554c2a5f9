#include "acting.h"
#include "make_once.h"
#include "outgoing_text.h"
#include "show_conversation.h"

#include <leadkeep/consent/ledger.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/send_reply.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/messages.h>

namespace leadkeep::flow {

Result<MessageId> SendReply::send(const identity::Permit<identity::Action::kReply>& permit,
                                  const ConversationId& conversation_id, Pii<std::string> text,
                                  const std::optional<RepeatGuard>& guard) {
  const Timestamp now = m_house.clock.now();
  const AgentId author = permit.agent();
  const audit::Entry entry =
      entry_by(permit.actor(), audit::Act::kReply, audit::object_of(conversation_id));
  if (auto usable = check_text(text); !usable) {
    record_refusal(m_house, entry, name_of(usable.error().code));
    return Fail{std::move(usable).error()};
  }
  const auto fresh = crypto::new_id<MessageId>(now);
  const records::Message written =
      write_message(m_house, fresh, author, records::Message::DIRECTION_OUTBOUND, text, now);

  // What is made if this is not a request that was made before.
  const auto queue = [&](store::WriteTxn& txn) -> Result<MessageId> {
    // 1. A draft to the person of this conversation.
    const inbox::Conversations conversations;
    LK_TRY(auto conversation, conversations.find(txn, conversation_id));
    if (!conversation) {
      return no_conversation();
    }
    inbox::Draft draft{inbox::lead_of(*conversation), conversation_id, fresh, author, text};
    // 2. The ledger clears it, or refuses.
    LK_TRY(const consent::ClearedMessage cleared,
           consent::Ledger{}.clear(txn, std::move(draft), now));
    // 3. Message, conversation and outbox.
    records::Message message = written;
    message.set_status(records::Message::STATUS_QUEUED);
    const records::Conversation before = *conversation;
    LK_TRY_VOID(inbox::Messages{}.add(txn, *conversation, message));
    conversation->set_last_activity_ms(std::max(conversation->last_activity_ms(), now.ms));
    LK_TRY_VOID(conversations.save(txn, before, *conversation));
    LK_TRY_VOID(delivery::Outbox{}.enqueue(txn, cleared, message.seq(), now));
    return fresh;
  };
  auto sent =
      act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<MessageId> {
        LK_TRY(const auto id,
               make_once<MessageId>(txn, author, guard, now, done, [&] { return queue(txn); }));
        done.object = audit::object_of(id);
        return id;
      });
  if (!sent) {
    m_house.metrics.replies_refused.add();
    return sent;
  }
  // 4. Durable: wake the sender and tell who listens.
  m_house.metrics.replies_accepted.add();
  m_house.outbox_signal.notify();
  m_house.feed.publish({{inbox::EventKind::kMessageChanged, conversation_id, sent.value()}});
  return sent;
}

}  // namespace leadkeep::flow
