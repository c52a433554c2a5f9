#include "client_record.h"

#include <algorithm>

namespace leadkeep::clients {
namespace {

std::optional<AgentId> agent_in(const std::string& bytes) {
  return AgentId::from_bytes(as_bytes(bytes));
}

std::optional<Timestamp> time_in(std::int64_t ms) {
  return ms == 0 ? std::nullopt : std::optional{Timestamp{ms}};
}

// Numbers that mean nothing give nothing.
template <class Numbers, class Known>
auto set_of(const Numbers& numbers, const Known& known) {
  EnumSet<typename Known::value_type> set;
  for (const auto value : known) {
    if (std::ranges::find(numbers, static_cast<std::uint32_t>(value)) != numbers.end()) {
      set.insert(value);
    }
  }
  return set;
}

Fail damaged() {
  return fail(Errc::kCorrupt, "clients: a record is not the client of its row");
}

Rights rights_in(const records::Client& record) {
  return {set_of(record.scopes(), kScopes), set_of(record.record_classes(), kRecordClasses),
          set_of(record.own_scopes(), kReadingScopes)};
}

std::optional<State> state_in(const records::Client& record) {
  for (const State known :
       {State::kPending, State::kApproved, State::kSuspended, State::kRevoked}) {
    if (record.state() == static_cast<std::uint32_t>(known)) {
      return known;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<KeyHash> key_in(const std::string& bytes) {
  KeyHash key{};
  if (bytes.size() != key.size()) {
    return std::nullopt;
  }
  std::ranges::copy(as_bytes(bytes), key.begin());
  return key;
}

Result<Client> read_client(const records::Client& record, ByteView row) {
  const auto id = ClientId::from_bytes(as_bytes(record.id()));
  const auto state = state_in(record);
  if (!id || !state || !same_bytes(as_bytes(record.id()), row)) {
    return damaged();
  }
  Client client;
  client.id = *id;
  client.as = {record.name(), record.owner(), record.purpose(), rights_in(record), {}, {}};
  for (const std::string& text : record.networks()) {
    const auto network = Network::parse(text);
    if (!network) {
      return damaged();
    }
    client.as.networks.push_back(*network);
  }
  client.as.expires_at = time_in(record.expires_ms());
  client.state = *state;
  client.current_key = key_in(record.current_key());
  client.next_key = key_in(record.next_key());
  client.offered_key = key_in(record.offered_key());
  client.added_by = agent_in(record.added_by());
  client.approved_by = agent_in(record.approved_by());
  client.added_at = Timestamp{record.added_ms()};
  client.approved_at = time_in(record.approved_ms());
  client.last_used_at = time_in(record.last_used_ms());
  client.token_until =
      record.token_hash().empty() ? std::nullopt : time_in(record.token_until_ms());
  return client;
}

void write_draft(const Draft& draft, records::Client& record) {
  record.set_name(draft.name);
  record.set_owner(draft.owner);
  record.set_purpose(draft.purpose);
  record.clear_scopes();
  for (const Scope scope : kScopes) {
    if (draft.rights.scopes.contains(scope)) {
      record.add_scopes(static_cast<std::uint32_t>(scope));
    }
  }
  record.clear_own_scopes();
  for (const Scope scope : kReadingScopes) {
    if (draft.rights.own_scopes.contains(scope)) {
      record.add_own_scopes(static_cast<std::uint32_t>(scope));
    }
  }
  record.clear_record_classes();
  for (const RecordClass one : kRecordClasses) {
    if (draft.rights.record_classes.contains(one)) {
      record.add_record_classes(static_cast<std::uint32_t>(one));
    }
  }
  record.clear_networks();
  for (const Network& network : draft.networks) {
    record.add_networks(network.text());
  }
  record.set_expires_ms(draft.expires_at ? draft.expires_at->ms : 0);
}

}  // namespace leadkeep::clients
