#include "outgoing_text.h"

#include "message_spans.h"

#include <leadkeep/base/text.h>
#include <leadkeep/privacy/find_spans.h>
#include <leadkeep/privacy/mask.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

bool is_unwanted_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7f;
}

}  // namespace

Result<void> check_text(const Pii<std::string>& text) {
  const std::string& body = text.expose();
  if (!is_valid_utf8(body) || std::ranges::any_of(body, is_unwanted_control)) {
    return fail(Errc::kInvalidInput, "the text is not printable UTF-8");
  }
  if (trim(body).empty() || count_code_points(body) > kMaxTextCharacters) {
    return fail(Errc::kInvalidInput, "the text has 1 to 4,096 characters");
  }
  return {};
}

bool may_be_shown_to_all(std::string_view word, const privacy::Region& region) {
  return privacy::check_name(word, region) == privacy::NameSafety::kPlain &&
         privacy::mask_name(word, region) == word;
}

records::Message write_message(const House& house, const MessageId& id, const AgentId& author,
                               records::Message::Direction direction, const Pii<std::string>& text,
                               Timestamp now) {
  records::Message out;
  out.set_id(std::string{id.raw()});
  out.set_direction(direction);
  out.set_type("text");
  out.set_has_text(true);
  out.set_text(text.expose());
  put_spans(out, privacy::find_spans(text.expose(), house.region));
  out.set_author(std::string{author.raw()});
  out.set_sent_at_ms(now.ms);
  out.set_stored_at_ms(now.ms);
  return out;
}

}  // namespace leadkeep::flow
