#include "elements.h"
#include "fields.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>

#include <algorithm>
#include <utility>

namespace leadkeep::intake {
namespace {

bool is_type_name(std::string_view type) noexcept {
  return !type.empty() && type.size() <= kMaxTypeBytes && std::ranges::all_of(type, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string synthetic_id(std::string_view received_json) {
  return "sha256:" + to_hex(crypto::sha256({as_bytes(received_json)}));
}

}  // namespace

std::variant<InboundMessage, Unusable> read_message(const json::Value& message,
                                                    const Contacts& contacts,
                                                    Timestamp received_at) {
  const auto id = read_text(message["id"]);
  const auto named_type = message["type"].string().value_or("");
  auto text = read_pii(message["text"]["body"], std::string::npos);
  if (!id && named_type.empty() && !text) {
    return Unusable::kEmpty;
  }
  auto sender = read_sender(message, contacts);
  if (!sender) {
    return Unusable::kNoSender;
  }
  // A message that lost its type but has a text is what the person wrote; it must not go unseen.
  const std::string_view type = named_type.empty() && text ? "text"
                                : is_type_name(named_type) ? named_type
                                                           : "unknown";
  if (type != "text") {
    text.reset();
  }
  std::string received_json = message.dump();
  const bool has_usable_id = id && id->size() <= kMaxWamidBytes;
  return InboundMessage{
      .wamid = Pii{has_usable_id ? *id : synthetic_id(received_json)},
      .sender = *std::move(sender),
      .sent_at = read_time(message["timestamp"], received_at),
      .type = std::string{type},
      .text = std::move(text),
      .reply_to_wamid = read_pii(message["context"]["id"], kMaxWamidBytes),
      .received_json = Pii{std::move(received_json)},
  };
}

}  // namespace leadkeep::intake
