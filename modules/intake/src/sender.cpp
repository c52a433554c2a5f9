#include "sender.h"

#include "fields.h"

namespace leadkeep::intake {
namespace {

using Identifier = std::optional<Pii<std::string>>;

Identifier read_identifier(const json::Value& value) {
  return read_pii(value, kMaxIdentifierBytes);
}

bool contradict(const Identifier& a, const Identifier& b) {
  return a && b && *a != *b;
}

std::optional<Pii<std::string>> read_username(const json::Value& value) {
  auto name = read_text(value);
  if (name && name->starts_with('@')) {
    name->erase(0, 1);
  }
  return name && !name->empty() ? std::optional{Pii{*std::move(name)}} : std::nullopt;
}

}  // namespace

Contacts::Contacts(const json::Value& contacts, std::size_t message_count) {
  const auto all = elements(contacts);
  for (const json::Value& contact : all) {
    if (const auto id = read_identifier(contact["wa_id"])) {
      m_by_whatsapp_id.emplace(id->expose(), contact);
    }
    if (const auto id = read_identifier(contact["user_id"])) {
      m_by_bsuid.emplace(id->expose(), contact);
    }
  }
  if (all.size() == 1 && message_count == 1) {
    m_only = all.front();
  }
}

json::Value Contacts::find(const Identifier& whatsapp_id, const Identifier& bsuid) const {
  if (whatsapp_id) {
    if (const auto found = m_by_whatsapp_id.find(whatsapp_id->expose());
        found != m_by_whatsapp_id.end()) {
      return found->second;
    }
  }
  if (bsuid) {
    if (const auto found = m_by_bsuid.find(bsuid->expose()); found != m_by_bsuid.end()) {
      return found->second;
    }
  }
  // Taking ids from another person's contact would join two people.
  if (contradict(whatsapp_id, read_identifier(m_only["wa_id"])) ||
      contradict(bsuid, read_identifier(m_only["user_id"]))) {
    return {};
  }
  return m_only;
}

std::optional<Sender> read_sender(const json::Value& message, const Contacts& contacts) {
  Sender sender;
  sender.whatsapp_id = read_identifier(message["from"]);
  sender.bsuid = read_identifier(message["from_user_id"]);
  const json::Value contact = contacts.find(sender.whatsapp_id, sender.bsuid);
  if (!sender.whatsapp_id) {
    sender.whatsapp_id = read_identifier(contact["wa_id"]);
  }
  if (!sender.bsuid) {
    sender.bsuid = read_identifier(contact["user_id"]);
  }
  sender.profile_name = read_pii(contact["profile"]["name"], std::string::npos);
  sender.username = read_username(contact["profile"]["username"]);
  // A system message about a person whose number is hidden has no `from` and no contact.
  if (!sender.whatsapp_id && !sender.bsuid) {
    sender.whatsapp_id = read_identifier(message["system"]["wa_id"]);
    sender.bsuid = read_identifier(message["system"]["user_id"]);
  }
  if (!sender.whatsapp_id && !sender.bsuid) {
    return std::nullopt;
  }
  return sender;
}

}  // namespace leadkeep::intake
