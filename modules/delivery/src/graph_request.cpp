#include "graph_request.h"

#include <leadkeep/json/writer.h>

namespace leadkeep::delivery {

std::string graph_request(const consent::ClearedMessage& message) {
  const consent::Recipient& recipient = message.recipient();
  json::Writer w;
  w.begin_object();
  w.field("messaging_product", "whatsapp");
  w.field("recipient_type", "individual");
  if (recipient.whatsapp_id) {
    // Without the plus, Meta may put our own country code in front.
    w.field("to", "+" + recipient.whatsapp_id->expose());
  } else {
    w.field("recipient", recipient.bsuid->expose());
  }
  w.field("type", "text");
  w.key("text").begin_object();
  w.field("body", message.draft().text.expose());
  w.field("preview_url", false);
  w.end_object();
  w.field("biz_opaque_callback_data", message.draft().message.text());
  w.end_object();
  return std::move(w).take();
}

}  // namespace leadkeep::delivery
