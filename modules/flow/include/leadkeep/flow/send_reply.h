// leadkeep/flow/send_reply.h — the path of a reply, up to "accepted"
//
//   Draft ─ consent ledger ─ ClearedMessage ─ outbox (durable) ─ audit ─ tell the listeners
//
// deliver_messages.h takes it from there. Once this returns ok, the reply survives a crash.
// Errors   kNotFound          no such conversation
//          kInvalidInput      empty, longer than 4,096 characters, or not UTF-8
//          kConsentWithdrawn, kWindowClosed, kUnreachable   from the ledger
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/idempotency.h>
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/views.h>

namespace leadkeep::flow {

class SendReply {
 public:
  explicit SendReply(House& house) noexcept : m_house{house} {}

  [[nodiscard]] Result<MessageId> send(const identity::Permit<identity::Action::kReply>& permit,
                                       const ConversationId& conversation, Pii<std::string> text,
                                       const std::optional<RepeatGuard>& guard);

 private:
  House& m_house;
};

}  // namespace leadkeep::flow
