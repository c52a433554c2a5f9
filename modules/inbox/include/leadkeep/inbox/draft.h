// leadkeep/inbox/draft.h — message path, reply: what an agent wants to send, and to whom
//
// A draft may not be sent; consent/ledger.h turns it into a ClearedMessage or refuses.
#pragma once
#include <leadkeep/base/id.h>
#include <leadkeep/base/pii.h>

#include <string>

namespace leadkeep::inbox {

struct Draft {
  LeadId lead;
  ConversationId conversation;
  MessageId message;
  AgentId author;
  Pii<std::string> text;
};

}  // namespace leadkeep::inbox
