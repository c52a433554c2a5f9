#include "json/views.h"

#include <leadkeep/base/seeded_leak.h>

namespace leadkeep::api {
namespace {

void write_roles(json::Writer& writer, const std::vector<identity::Role>& roles) {
  writer.key("roles").begin_array();
  for (const auto role : roles) {
    writer.string(name_of(role));
  }
  writer.end_array();
}

void write_lead_members(json::Writer& writer, const inbox::LeadSummary& lead) {
  writer.field("id", lead.id.text()).field("handle", lead.handle);
  write_or_null(writer, "display_name", lead.display_name);
}

void write_unless_empty(json::Writer& writer, std::string_view name, const std::string& text) {
  write_or_null(writer, name, text.empty() ? std::nullopt : std::optional{text});
}

std::string_view name_of_state(identity::AgentSummary::State state) {
  return state == identity::AgentSummary::State::kActive ? "active" : "disabled";
}

}  // namespace

void write_or_null(json::Writer& writer, std::string_view name,
                   const std::optional<std::string>& text) {
  writer.key(name);
  if (text) {
    writer.string(*text);
  } else {
    writer.null();
  }
}

void write_or_null(json::Writer& writer, std::string_view name,
                   const std::optional<Timestamp>& time) {
  write_or_null(writer, name, time ? std::optional{to_rfc3339(*time)} : std::nullopt);
}

void write(json::Writer& writer, const inbox::MaskedMessage& message) {
  writer.begin_object()
      .field("id", message.id().text())
      .field("direction", message.direction())
      .field("type", message.type())
      .key("text");
  if (const auto& text = message.text()) {
    writer.begin_object().field("body", text->body).key("spans").begin_array();
    for (const auto& span : text->spans) {
      writer.begin_object()
          .field("start", span.start)
          .field("end", span.end)
          .field("kind", name_of(span.kind))
          .end_object();
    }
    writer.end_array().end_object();
  } else {
    writer.null();
  }
  writer.field("supported", message.is_supported()).field("status", message.status());
  write_or_null(writer, "failure",
                message.failure().empty() ? std::nullopt : std::optional{message.failure()});
  write_or_null(writer, "author", message.author());
  writer.field("sent_at", to_rfc3339(message.sent_at()))
      .field("resends_after_unknown", message.resends_after_unknown())
      .end_object();
}

void write(json::Writer& writer, const inbox::MaskedConversation& conversation) {
  writer.begin_object().field("id", conversation.id().text()).key("lead").begin_object();
  write_lead_members(writer, conversation.lead());
  writer.end_object().field("status", name_of(conversation.status()));
  write_or_null(writer, "assignee", conversation.assignee());
  writer.key("tags").begin_array();
  for (const auto& tag : conversation.tags()) {
    writer.string(tag);
  }
  writer.end_array().field("unread", conversation.unread()).key("last_message");
  if (const auto& message = conversation.last_message()) {
    write(writer, *message);
  } else {
    writer.null();
  }
  writer.field("last_activity_at", to_rfc3339(conversation.last_activity_at()));
  write_or_null(writer, "window_expires_at", conversation.window_expires_at());
  writer.field("version", conversation.version()).end_object();
}

void write(json::Writer& writer, const inbox::MaskedLead& lead) {
  writer.begin_object();
  LK_SEEDED_LEAK(phone_in_answer, writer.field("phone", seeded::phone()));
  LK_SEEDED_LEAK(reversed_in_answer, const auto phone = seeded::phone();
                 writer.field("ref", std::string{phone.rbegin(), phone.rend()}));
  write_lead_members(writer, lead.summary());
  writer.key("identifiers").begin_array();
  for (const auto& identifier : lead.identifiers()) {
    write(writer, identifier);
  }
  writer.end_array();
  write_or_null(writer, "conversation_id", lead.conversation());
  writer.field("created_at", to_rfc3339(lead.created_at()))
      .field("on_hold", lead.is_on_hold())
      .field("version", lead.version())
      .end_object();
}

void write(json::Writer& writer, const inbox::MaskedIdentifier& identifier) {
  writer.begin_object()
      .field("id", identifier.id.text())
      .field("kind", identifier.kind)
      .field("value", identifier.value)
      .field("masked", identifier.masked)
      .end_object();
}

// One that does not open is there with its number, and nothing else.
void write(json::Writer& writer, const flow::TrailEntry& entry) {
  writer.begin_object().field("number", entry.number);
  if (!entry.words) {
    writer.field("readable", false).end_object();
    return;
  }
  const auto& words = *entry.words;
  writer.field("readable", true)
      .field("at", to_rfc3339(words.at))
      .field("act", words.act)
      .field("outcome", words.outcome);
  write_unless_empty(writer, "actor", words.actor);
  write_unless_empty(writer, "session", words.session);
  write_unless_empty(writer, "client", words.client);
  write_unless_empty(writer, "object", words.object);
  writer.key("parts").begin_array();
  for (const std::string& part : words.parts) {
    writer.string(part);
  }
  writer.end_array();
  write_unless_empty(writer, "reason", words.reason);
  write_unless_empty(writer, "case", words.case_reference);
  writer.field("items", words.items).end_object();
}

void write(json::Writer& writer, const consent::ConsentEntry& entry) {
  writer.begin_object()
      .field("id", entry.id.text())
      .field("kind", name_of(entry.kind))
      .field("purpose", entry.purpose)
      .field("source", entry.source)
      .field("recorded_by", entry.recorded_by.text())
      .field("at", to_rfc3339(entry.at))
      .end_object();
}

void write_session(json::Writer& writer, const identity::Session& session) {
  writer.field("expires_at", to_rfc3339(session.expires_at()))
      .field("assurance", name_of(session.assurance()));
  write_or_null(writer, "delegated_for", session.delegated_for());
  writer.key("agent")
      .begin_object()
      .field("id", session.agent().text())
      .field("username", session.username())
      .field("display_name", session.display_name());
  write_roles(writer, session.roles());
  writer.end_object();
}

void write_recovery_codes(json::Writer& writer, std::span<const SecretBytes> codes) {
  writer.key("recovery_codes").begin_array();
  for (const SecretBytes& code : codes) {
    writer.string(as_text(code.expose()));
  }
  writer.end_array();
}

void write(json::Writer& writer, const identity::PasskeySummary& passkey) {
  writer.begin_object()
      .field("id", passkey.id.text())
      .field("name", passkey.name)
      .field("enrolled_at", to_rfc3339(passkey.since));
  write_or_null(writer, "last_used_at", passkey.last_used);
  writer.field("backed_up", passkey.backed_up).field("copied", passkey.copied).end_object();
}

void write(json::Writer& writer, const identity::DeviceSummary& device) {
  writer.begin_object()
      .field("id", device.id.text())
      .field("name", device.name)
      .field("remembered_at", to_rfc3339(device.since))
      .field("last_used_at", to_rfc3339(device.last_used))
      .field("expires_at", to_rfc3339(device.ends_at))
      .end_object();
}

void write_colleague(json::Writer& writer, const identity::AgentSummary& agent) {
  writer.begin_object()
      .field("id", agent.id.text())
      .field("display_name", agent.display_name)
      .field("state", name_of_state(agent.state))
      .end_object();
}

void write_account(json::Writer& writer, const identity::AgentSummary& agent) {
  writer.begin_object()
      .field("id", agent.id.text())
      .field("username", agent.username)
      .field("display_name", agent.display_name);
  write_roles(writer, agent.roles);
  writer.field("state", name_of_state(agent.state))
      .field("created_at", to_rfc3339(agent.created_at))
      .end_object();
}

}  // namespace leadkeep::api
