// The rules for text that an agent writes, and its message record.
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/work_conversation.h>
#include <leadkeep/store/records/message.pb.h>

#include <string>

namespace leadkeep::flow {

// kInvalidInput: empty, not UTF-8, with control characters other than line breaks and tabs, or
// longer than kMaxTextCharacters.
[[nodiscard]] Result<void> check_text(const Pii<std::string>& text);

[[nodiscard]] records::Message write_message(const House& house, const MessageId& id,
                                             const AgentId& author,
                                             records::Message::Direction direction,
                                             const Pii<std::string>& text, Timestamp now);

}  // namespace leadkeep::flow
