#include <leadkeep/base/text.h>
#include <leadkeep/clients/client.h>

#include <algorithm>

namespace leadkeep::clients {
namespace {

constexpr std::size_t kMostNameBytes = 32;
constexpr std::size_t kMostTextBytes = 200;
constexpr std::size_t kMostNetworks = 16;

template <class Values>
auto parse(const Values& values, std::string_view name) noexcept {
  const auto found =
      std::ranges::find_if(values, [&](const auto value) { return name_of(value) == name; });
  return found == values.end() ? std::nullopt : std::optional{*found};
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostNameBytes && name.front() >= 'a' &&
         name.front() <= 'z' && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

}  // namespace

std::optional<Defect> defect_of(const Draft& draft) {
  constexpr const char* kText = "1 to 200 bytes of UTF-8 without control characters";
  if (!is_name(draft.name)) {
    return Defect{"name", "1 to 32 of a-z, 0-9 and -, with a letter in front"};
  }
  if (!is_printable(draft.owner, kMostTextBytes)) {
    return Defect{"owner", kText};
  }
  if (!is_printable(draft.purpose, kMostTextBytes)) {
    return Defect{"purpose", kText};
  }
  if (draft.rights.scopes.empty() && draft.rights.own_scopes.empty()) {
    return Defect{"scopes", "one at least, here or in own_scopes"};
  }
  const bool reads_only = std::ranges::all_of(kScopes, [&](Scope scope) {
    return is_reading(scope) || !draft.rights.own_scopes.contains(scope);
  });
  if (!reads_only) {
    return Defect{"own_scopes",
                  "conversations:read, leads:read, consents:read, events:read and "
                  "agents:read only: whatever changes something is done by somebody"};
  }
  if (draft.networks.size() > kMostNetworks) {
    return Defect{"networks", "16 at most"};
  }
  return std::nullopt;
}

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
    case Scope::kWriteLeads:
      return "leads:write";
    case Scope::kRevealLeads:
      return "leads:reveal";
    case Scope::kReadAudit:
      return "audit:read";
    case Scope::kEraseLeads:
      return "leads:erase";
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

Draft changed(Draft draft, const Change& change) {
  draft.name = change.name.value_or(draft.name);
  draft.owner = change.owner.value_or(draft.owner);
  draft.purpose = change.purpose.value_or(draft.purpose);
  draft.rights.scopes = change.scopes.value_or(draft.rights.scopes);
  draft.rights.own_scopes = change.own_scopes.value_or(draft.rights.own_scopes);
  draft.rights.record_classes = change.record_classes.value_or(draft.rights.record_classes);
  draft.networks = change.networks.value_or(draft.networks);
  draft.expires_at = change.expires_at.value_or(draft.expires_at);
  return draft;
}

Reach compare_reach(const Draft& before, const Draft& after) {
  const auto is_within = [&](const Network& network) {
    return std::ranges::any_of(before.networks,
                               [&](const Network& one) { return one.contains(network); });
  };
  const bool from_more_networks =
      !before.networks.empty() &&
      (after.networks.empty() || !std::ranges::all_of(after.networks, is_within));
  const bool for_longer =
      before.expires_at && (!after.expires_at || *after.expires_at > *before.expires_at);
  const bool keeps_to_its_rights =
      before.rights.scopes.contains_all(after.rights.scopes) &&
      before.rights.own_scopes.contains_all(after.rights.own_scopes) &&
      before.rights.record_classes.contains_all(after.rights.record_classes);
  return from_more_networks || for_longer || !keeps_to_its_rights ? Reach::kMore
                                                                  : Reach::kSameOrLess;
}

Rights every_right() {
  Rights rights;
  for (const Scope scope : kScopes) {
    rights.scopes.insert(scope);
  }
  for (const RecordClass one : kRecordClasses) {
    rights.record_classes.insert(one);
  }
  return rights;
}

std::string uri_of(const ClientId& id) {
  return "urn:leadkeep:client:" + id.text();
}

}  // namespace leadkeep::clients
