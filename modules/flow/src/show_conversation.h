// One conversation with its lead and newest message, as a viewer may see it.
#pragma once
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/views.h>
#include <leadkeep/store/records/conversation.pb.h>
#include <leadkeep/store/transaction.h>

namespace leadkeep::flow {

// kNotFound when the lead is not there.
[[nodiscard]] Result<inbox::MaskedConversation> show_conversation(
    store::ReadTxn& txn, const records::Conversation& conversation, const identity::Viewer& viewer);

[[nodiscard]] Fail no_conversation();

}  // namespace leadkeep::flow
