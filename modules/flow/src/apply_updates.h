// From the updates of one webhook to leads, conversations, messages and statuses.
//
// prepare() does what is slow or makes keys, outside any transaction; apply() is a write body.
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/receive_message.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/intake/updates.h>
#include <leadkeep/privacy/find_spans.h>

#include <variant>
#include <vector>

namespace leadkeep::flow {

struct PreparedMessage {
  const intake::InboundMessage* message;  // belongs to the WebhookUpdates that were prepared
  inbox::PersonSeen person;
  std::vector<privacy::Span> spans;
  LeadId candidate;  // the id and key that a new lead takes
};

struct PreparedUpdates {
  std::vector<std::variant<PreparedMessage, const intake::StatusUpdate*>> updates;
  std::size_t unattributed = 0;
};

struct Applied {
  Received received;
  std::size_t statuses_unmatched = 0;
  std::vector<inbox::InboxEvent> events;
};

[[nodiscard]] Result<PreparedUpdates> prepare(House& house, const intake::WebhookUpdates& updates);
[[nodiscard]] Result<Applied> apply(store::WriteTxn& txn, House& house,
                                    const PreparedUpdates& updates, Timestamp now);

}  // namespace leadkeep::flow
