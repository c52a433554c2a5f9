// intake/src/sender.h — who wrote a message: its own ids and the contact that belongs to it
#pragma once
#include <leadkeep/intake/updates.h>
#include <leadkeep/json/value.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace leadkeep::intake {

// The `contacts` of one change. They describe senders; statuses carry them too, so they alone never
// mean that there is a message.
class Contacts {
 public:
  Contacts(const json::Value& contacts, std::size_t message_count);

  // The contact with the WhatsApp id or else the BSUID of the message. If there is none, the only
  // contact of the only message, unless one of its ids names somebody else. Absent if there is
  // none.
  [[nodiscard]] json::Value find(const std::optional<Pii<std::string>>& whatsapp_id,
                                 const std::optional<Pii<std::string>>& bsuid) const;

 private:
  std::map<std::string, json::Value> m_by_whatsapp_id;
  std::map<std::string, json::Value> m_by_bsuid;
  json::Value m_only;
};

// Nothing if neither the message nor a contact tells an id of the person.
[[nodiscard]] std::optional<Sender> read_sender(const json::Value& message,
                                                const Contacts& contacts);

}  // namespace leadkeep::intake
