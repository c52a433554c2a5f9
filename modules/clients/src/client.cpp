#include <leadkeep/clients/client.h>

#include <algorithm>

namespace leadkeep::clients {
namespace {

template <class Values>
auto parse(const Values& values, std::string_view name) noexcept {
  const auto found =
      std::ranges::find_if(values, [&](const auto value) { return name_of(value) == name; });
  return found == values.end() ? std::nullopt : std::optional{*found};
}

}  // namespace

std::string_view name_of(Scope scope) noexcept {
  switch (scope) {
    case Scope::kSessions:
      return "sessions";
    case Scope::kReadConversations:
      return "conversations:read";
    case Scope::kWriteConversations:
      return "conversations:write";
    case Scope::kSendMessages:
      return "messages:send";
    case Scope::kReadLeads:
      return "leads:read";
    case Scope::kReadConsents:
      return "consents:read";
    case Scope::kWriteConsents:
      return "consents:write";
    case Scope::kReadEvents:
      return "events:read";
    case Scope::kReadAgents:
      return "agents:read";
    case Scope::kAdministration:
      return "administration";
  }
  return "?";
}

std::string_view name_of(RecordClass record_class) noexcept {
  switch (record_class) {
    case RecordClass::kPhoneNumbers:
      return "phone_numbers";
    case RecordClass::kEmailAddresses:
      return "email_addresses";
    case RecordClass::kWhatsAppIds:
      return "whatsapp_ids";
    case RecordClass::kNames:
      return "names";
    case RecordClass::kTexts:
      return "texts";
  }
  return "?";
}

std::string_view name_of(State state) noexcept {
  switch (state) {
    case State::kPending:
      return "pending";
    case State::kApproved:
      return "approved";
    case State::kSuspended:
      return "suspended";
    case State::kRevoked:
      return "revoked";
  }
  return "?";
}

std::optional<Scope> parse_scope(std::string_view name) noexcept {
  return parse(kScopes, name);
}

std::optional<RecordClass> parse_record_class(std::string_view name) noexcept {
  return parse(kRecordClasses, name);
}

std::string uri_of(const ClientId& id) {
  return "urn:leadkeep:client:" + id.text();
}

}  // namespace leadkeep::clients
