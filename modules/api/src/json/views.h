// json/views.h — what inbox, identity and consent let out, as JSON
//
// Takes only forms that are masked for the viewer already: there is nothing here to hide or forget.
#pragma once
#include <leadkeep/consent/ledger.h>
#include <leadkeep/flow/show_evidence.h>
#include <leadkeep/flow/show_inbox.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/recognised_devices.h>
#include <leadkeep/identity/second_factors.h>
#include <leadkeep/identity/session.h>
#include <leadkeep/inbox/views.h>
#include <leadkeep/json/writer.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::api {

void write_or_null(json::Writer& writer, std::string_view name,
                   const std::optional<std::string>& text);
void write_or_null(json::Writer& writer, std::string_view name,
                   const std::optional<Timestamp>& time);

template <class Kind>
void write_or_null(json::Writer& writer, std::string_view name, const std::optional<Id<Kind>>& id) {
  write_or_null(writer, name, id ? std::optional{id->text()} : std::nullopt);
}

void write(json::Writer& writer, const inbox::MaskedMessage& message);
void write(json::Writer& writer, const inbox::MaskedConversation& conversation);
void write(json::Writer& writer, const inbox::MaskedLead& lead);
void write(json::Writer& writer, const inbox::MaskedIdentifier& identifier);
void write(json::Writer& writer, const flow::TrailEntry& entry);
void write(json::Writer& writer, const consent::ConsentEntry& entry);
void write_session(json::Writer& writer, const identity::Session& session);
void write_recovery_codes(json::Writer& writer, std::span<const SecretBytes> codes);
void write(json::Writer& writer, const identity::PasskeySummary& passkey);
void write(json::Writer& writer, const identity::DeviceSummary& device);

// What agents see of each other, and what those who manage agents see.
void write_colleague(json::Writer& writer, const identity::AgentSummary& agent);
void write_account(json::Writer& writer, const identity::AgentSummary& agent);

template <class View>
[[nodiscard]] std::string to_json(const View& view) {
  json::Writer writer;
  write(writer, view);
  return std::move(writer).take();
}

template <class Items, class Write>
[[nodiscard]] std::string list_to_json(const Items& items, const std::optional<std::string>& cursor,
                                       Write&& write_item) {
  constexpr std::size_t kUsualItem = 400;  // bytes
  json::Writer writer{kUsualItem * (items.size() + 1)};
  writer.begin_object().key("items").begin_array();
  for (const auto& item : items) {
    write_item(writer, item);
  }
  writer.end_array();
  write_or_null(writer, "next_cursor", cursor);
  writer.end_object();
  return std::move(writer).take();
}

template <class View>
[[nodiscard]] std::string page_to_json(const flow::Page<View>& page) {
  return list_to_json(page.items, page.next_cursor,
                      [](json::Writer& writer, const View& view) { write(writer, view); });
}

}  // namespace leadkeep::api
