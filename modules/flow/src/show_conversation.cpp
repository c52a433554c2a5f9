#include "show_conversation.h"

#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/messages.h>
#include <leadkeep/inbox/show.h>

namespace leadkeep::flow {

Fail no_conversation() {
  return fail(Errc::kNotFound, "there is no such conversation");
}

Result<inbox::MaskedConversation> show_conversation(store::ReadTxn& txn,
                                                    const records::Conversation& conversation,
                                                    const identity::Viewer& viewer) {
  const LeadId lead_id = inbox::lead_of(conversation);
  LK_TRY(const auto lead, inbox::Leads{}.find(txn, lead_id));
  if (!lead) {
    return no_conversation();
  }
  LK_TRY(const auto last, inbox::Messages{}.find(
                              txn, {lead_id, inbox::id_of(conversation), conversation.last_seq()}));
  return inbox::Showing::conversation(conversation, *lead, last ? &*last : nullptr, viewer);
}

}  // namespace leadkeep::flow
