// The rules for text that an agent writes, and its message record.
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/work_conversation.h>
#include <leadkeep/store/records/message.pb.h>

#include <string>
#include <string_view>

namespace leadkeep::flow {

// kInvalidInput: empty, not UTF-8, with control characters other than line breaks and tabs, or
// longer than kMaxTextCharacters.
[[nodiscard]] Result<void> check_text(const Pii<std::string>& text);

// Whether a word that agents write, such as a tag, may be shown as it is: it holds no contact data.
[[nodiscard]] bool may_be_shown_to_all(std::string_view word, const privacy::Region& region);

[[nodiscard]] records::Message write_message(const House& house, const MessageId& id,
                                             const AgentId& author,
                                             records::Message::Direction direction,
                                             const Pii<std::string>& text, Timestamp now);

}  // namespace leadkeep::flow
