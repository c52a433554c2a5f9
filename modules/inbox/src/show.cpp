#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/show.h>

#include <algorithm>

namespace leadkeep::inbox {
namespace {

using identity::FieldClass;
using identity::Viewer;
using identity::Visibility;

std::vector<privacy::Span> spans_of(const records::Message& message) {
  std::vector<privacy::Span> spans;
  for (const records::TextSpan& span : message.spans()) {
    spans.push_back({span.start(), span.end(), static_cast<privacy::SpanKind>(span.kind())});
  }
  return spans;
}

std::optional<privacy::MaskedText> text_for(const records::Message& message, const Viewer& viewer) {
  if (!message.has_text()) {
    return std::nullopt;
  }
  switch (viewer.sees(FieldClass::kMessageText)) {
    case Visibility::kHidden:
      return std::nullopt;
    case Visibility::kMasked:
      LK_SEEDED_LEAK(number_unmasked, return privacy::clear_text(message.text(), {}));
      LK_SEEDED_LEAK(
          email_unmasked, auto spans = spans_of(message); std::erase_if(
              spans, [](const auto& span) { return span.kind == privacy::SpanKind::kEmail; });
          return privacy::mask_text(message.text(), spans));
      return privacy::mask_text(message.text(), spans_of(message));
    case Visibility::kClear:
      return privacy::clear_text(message.text(), spans_of(message));
  }
  return std::nullopt;
}

std::string_view direction_of(const records::Message& message) {
  switch (message.direction()) {
    case records::Message::DIRECTION_INBOUND:
      return "inbound";
    case records::Message::DIRECTION_OUTBOUND:
      return "outbound";
    default:
      return "note";
  }
}

std::string_view status_of(const records::Message& message) {
  if (message.direction() == records::Message::DIRECTION_NOTE) {
    return "noted";
  }
  switch (message.status()) {
    case records::Message::STATUS_QUEUED:
      return "queued";
    case records::Message::STATUS_UNKNOWN:
      return "unknown";
    case records::Message::STATUS_ACCEPTED:
      return "accepted";
    case records::Message::STATUS_SENT:
      return "sent";
    case records::Message::STATUS_DELIVERED:
      return "delivered";
    case records::Message::STATUS_READ:
      return "read";
    case records::Message::STATUS_PLAYED:
      return "played";
    case records::Message::STATUS_FAILED:
      return "failed";
    case records::Message::STATUS_PARKED:
      return "parked";
    default:
      return "received";
  }
}

struct IdentifierRule {
  std::string_view name;
  FieldClass field;
  std::string (*mask)(const Pii<std::string>&);
};

IdentifierRule rule_for(records::Identifier::Kind kind) {
  switch (kind) {
    case records::Identifier::KIND_PHONE:
      return {"phone", FieldClass::kPhone, privacy::mask_phone};
    case records::Identifier::KIND_EMAIL:
      return {"email", FieldClass::kEmail, privacy::mask_email};
    case records::Identifier::KIND_BSUID:
      return {"bsuid", FieldClass::kWhatsAppId, privacy::mask_opaque};
    default:
      return {"whatsapp_id", FieldClass::kWhatsAppId, privacy::mask_opaque};
  }
}

IdentifierId id_of_identifier(const records::Identifier& identifier) {
  return IdentifierId::from_bytes(as_bytes(identifier.id())).value_or(IdentifierId{});
}

// Of one that is not hidden.
MaskedIdentifier shown_as(const records::Identifier& identifier, Visibility seen) {
  const IdentifierRule rule = rule_for(identifier.kind());
  const bool masked = seen != Visibility::kClear;
  return {id_of_identifier(identifier), rule.name,
          masked ? rule.mask(Pii<std::string>{identifier.value()}) : identifier.value(), masked};
}

}  // namespace

LeadSummary Showing::summary(const records::Lead& lead, const Viewer& viewer) {
  LeadSummary out;
  out.id = LeadId::from_bytes(as_bytes(lead.id())).value_or(LeadId{});
  out.handle = lead.handle();
  const bool is_entered = !lead.masked_entered_name().empty();
  const std::string& masked = is_entered ? lead.masked_entered_name() : lead.masked_name();
  const std::string& clear = is_entered ? lead.entered_name() : lead.profile_name();
  const Visibility name = viewer.sees(FieldClass::kProfileName);
  if (name != Visibility::kHidden && !masked.empty()) {
    out.display_name = name == Visibility::kClear ? clear : masked;
    LK_SEEDED_LEAK(name_unmasked, out.display_name = clear);
  }
  return out;
}

MaskedMessage Showing::message(const records::Message& message, const Viewer& viewer) {
  MaskedMessage out;
  out.m_id = MessageId::from_bytes(as_bytes(message.id())).value_or(MessageId{});
  out.m_seq = message.seq();
  out.m_direction = direction_of(message);
  out.m_type = message.type();
  out.m_text = text_for(message, viewer);
  out.m_status = status_of(message);
  out.m_failure = message.failure();
  LK_SEEDED_LEAK(wamid_in_answer, out.m_failure = message.wamid());
  out.m_author = AgentId::from_bytes(as_bytes(message.author()));
  out.m_sent_at = Timestamp{message.sent_at_ms()};
  out.m_resends = message.resends_after_unknown();
  out.m_supported = message.has_text();
  return out;
}

MaskedConversation Showing::conversation(const records::Conversation& conversation,
                                         const records::Lead& lead,
                                         const records::Message* last_message,
                                         const Viewer& viewer) {
  MaskedConversation out;
  out.m_id = id_of(conversation);
  out.m_lead = summary(lead, viewer);
  out.m_status = static_cast<ConversationStatus>(conversation.status());
  out.m_assignee = AgentId::from_bytes(as_bytes(conversation.assignee()));
  out.m_tags.assign(conversation.tags().begin(), conversation.tags().end());
  out.m_unread = conversation.unread();
  if (last_message != nullptr) {
    out.m_last_message = message(*last_message, viewer);
  }
  out.m_last_activity_at = Timestamp{conversation.last_activity_ms()};
  if (conversation.window_expires_ms() != 0) {
    out.m_window_expires_at = Timestamp{conversation.window_expires_ms()};
  }
  out.m_version = conversation.version();
  return out;
}

MaskedLead Showing::lead(const records::Lead& lead, const Viewer& viewer) {
  MaskedLead out;
  out.m_summary = summary(lead, viewer);
  for (const records::Identifier& identifier : lead.identifiers()) {
    const Visibility seen = viewer.sees(rule_for(identifier.kind()).field);
    if (seen != Visibility::kHidden) {
      out.m_identifiers.push_back(shown_as(identifier, seen));
    }
  }
  out.m_conversation = ConversationId::from_bytes(as_bytes(lead.conversation_id()));
  out.m_created_at = Timestamp{lead.created_ms()};
  out.m_is_on_hold = lead.has_hold();
  out.m_version = lead.version();
  return out;
}

Result<std::vector<MaskedIdentifier>> Showing::revealed(
    const records::Lead& lead, std::span<const IdentifierId> wanted,
    const identity::Permit<identity::Action::kReveal>& permit) {
  std::vector<MaskedIdentifier> out;
  for (const records::Identifier& identifier : lead.identifiers()) {
    const bool is_wanted = std::ranges::find(wanted, id_of_identifier(identifier)) != wanted.end();
    if (is_wanted &&
        permit.viewer().sees(rule_for(identifier.kind()).field) != Visibility::kHidden) {
      out.push_back(shown_as(identifier, Visibility::kClear));
    }
  }
  return out.size() == wanted.size() ? Result{std::move(out)}
                                     : fail(Errc::kNotFound, "the lead has no such identifier");
}

}  // namespace leadkeep::inbox
