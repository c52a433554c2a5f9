#include "audit_rows.h"

#include <leadkeep/audit/trail.h>
#include <leadkeep/audit/tree.h>
#include <leadkeep/base/event_log.h>

#include <algorithm>
#include <limits>

namespace leadkeep::audit {
namespace {

constexpr std::string_view kUnknown = "?";

struct KindPrefix {
  ObjectKind kind;
  std::string_view prefix;
};

constexpr std::array kPrefixes{
    KindPrefix{ObjectKind::kConversation, ConversationKind::kPrefix},
    KindPrefix{ObjectKind::kLead, LeadKind::kPrefix},
    KindPrefix{ObjectKind::kMessage, MessageKind::kPrefix},
    KindPrefix{ObjectKind::kAgent, AgentKind::kPrefix},
    KindPrefix{ObjectKind::kSession, "session_"},
    KindPrefix{ObjectKind::kConsent, ConsentKind::kPrefix},
    KindPrefix{ObjectKind::kClient, ClientKind::kPrefix},
};

template <class AnyId>
Object make_object(ObjectKind kind, const AnyId& id) {
  Object object{kind, {}};
  std::ranges::copy(id.bytes(), object.id.begin());
  return object;
}

std::optional<Ulid> to_ulid(std::string_view raw) {
  Ulid ulid{};
  if (raw.size() != ulid.size()) {
    return std::nullopt;
  }
  std::ranges::copy(as_bytes(raw), ulid.begin());
  return ulid;
}

NumberedEntry from_record(const records::AuditEntry& record) {
  NumberedEntry out;
  out.seq = record.seq();
  out.at = Timestamp{record.at_ms()};
  out.entry.actor = AgentId::from_bytes(as_bytes(record.actor()));
  out.entry.session = to_ulid(record.session());
  out.entry.client = ClientId::from_bytes(as_bytes(record.client()));
  out.entry.act = static_cast<Act>(record.action());
  out.entry.outcome = static_cast<Outcome>(record.outcome());
  out.entry.object.kind = static_cast<ObjectKind>(record.object_kind());
  out.entry.object.id = to_ulid(record.object_id()).value_or(Ulid{});
  out.entry.reason = record.reason();
  out.entry.items = record.items();
  out.entry.case_reference = record.case_reference();
  for (const std::string& part : record.parts()) {
    out.entry.parts.push_back(to_ulid(part).value_or(Ulid{}));
  }
  return out;
}

store::Visitor opening(store::ReadTxn& txn, const EntryVisitor& visit) {
  return [&txn, &visit](ByteView key, ByteView value) -> Result<store::Step> {
    if (key.size() != sizeof(std::uint64_t)) {
      return fail(Errc::kCorrupt, "audit: a row has another key than a number");
    }
    const auto leaf = txn.open_value(store::TableId::kAudit, key, audit_key(), value);
    return visit(read_be<std::uint64_t>(key), leaf ? entry_of(leaf.value()) : Fail{leaf.error()});
  };
}

}  // namespace

std::string_view name_of(Act act) noexcept {
  switch (act) {
    case Act::kLogIn:
      return "log_in";
    case Act::kLogOut:
      return "log_out";
    case Act::kReadInbox:
      return "read_inbox";
    case Act::kReadConversation:
      return "read_conversation";
    case Act::kReadMessages:
      return "read_messages";
    case Act::kReadLead:
      return "read_lead";
    case Act::kMessageReceived:
      return "message_received";
    case Act::kStatusReceived:
      return "status_received";
    case Act::kLeadCreated:
      return "lead_created";
    case Act::kIdentifierAdded:
      return "identifier_added";
    case Act::kIdentifierConflict:
      return "identifier_conflict";
    case Act::kReply:
      return "reply";
    case Act::kReplySent:
      return "reply_sent";
    case Act::kReplyFailed:
      return "reply_failed";
    case Act::kReplyParked:
      return "reply_parked";
    case Act::kReplyUnknown:
      return "reply_unknown";
    case Act::kNote:
      return "note";
    case Act::kConversationChanged:
      return "conversation_changed";
    case Act::kConsentRead:
      return "consent_read";
    case Act::kConsentRecorded:
      return "consent_recorded";
    case Act::kAgentAdded:
      return "agent_added";
    case Act::kAgentDisabled:
      return "agent_disabled";
    case Act::kAgentEnabled:
      return "agent_enabled";
    case Act::kAgentsListed:
      return "agents_listed";
    case Act::kEventsFollowed:
      return "events_followed";
    case Act::kRequest:
      return "request";
    case Act::kMessageUnattributed:
      return "message_unattributed";
    case Act::kReplyResent:
      return "reply_resent";
    case Act::kLeaversHeld:
      return "leavers_held";
    case Act::kLeaversEnded:
      return "leavers_ended";
    case Act::kSecondFactorEnrolled:
      return "second_factor_enrolled";
    case Act::kRecoveryCodesMade:
      return "recovery_codes_made";
    case Act::kSecondFactorReset:
      return "second_factor_reset";
    case Act::kStepUp:
      return "step_up";
    case Act::kBreakGlassIssued:
      return "break_glass_issued";
    case Act::kBreakGlassOpened:
      return "break_glass_opened";
    case Act::kPasskeyEnrolled:
      return "passkey_enrolled";
    case Act::kPasskeyRemoved:
      return "passkey_removed";
    case Act::kSessionsEnded:
      return "sessions_ended";
    case Act::kDeviceRemembered:
      return "device_remembered";
    case Act::kDeviceForgotten:
      return "device_forgotten";
    case Act::kDevicesListed:
      return "devices_listed";
    case Act::kPasswordChanged:
      return "password_changed";
    case Act::kEmailCodeSent:
      return "email_code_sent";
    case Act::kProviderKeysAdded:
      return "provider_keys_added";
    case Act::kProviderKeysWithdrawn:
      return "provider_keys_withdrawn";
    case Act::kProviderKeysRemoved:
      return "provider_keys_removed";
    case Act::kClientAdded:
      return "client_added";
    case Act::kClientInvited:
      return "client_invited";
    case Act::kClientEnrolled:
      return "client_enrolled";
    case Act::kClientApproved:
      return "client_approved";
    case Act::kClientSuspended:
      return "client_suspended";
    case Act::kClientResumed:
      return "client_resumed";
    case Act::kClientRevoked:
      return "client_revoked";
    case Act::kClientChanged:
      return "client_changed";
    case Act::kClientRenewed:
      return "client_renewed";
    case Act::kClientsListed:
      return "clients_listed";
    case Act::kWebhookSet:
      return "webhook_set";
    case Act::kWebhookRemoved:
      return "webhook_removed";
    case Act::kWebhookSecretChanged:
      return "webhook_secret_changed";
    case Act::kWebhookResumed:
      return "webhook_resumed";
    case Act::kWebhookHalted:
      return "webhook_halted";
    case Act::kEventHandedOver:
      return "event_handed_over";
    case Act::kSessionDelegated:
      return "session_delegated";
    case Act::kLeadEntered:
      return "lead_entered";
    case Act::kLeadChanged:
      return "lead_changed";
    case Act::kConversationCreated:
      return "conversation_created";
    case Act::kRevealed:
      return "revealed";
    case Act::kTrailRead:
      return "trail_read";
    case Act::kCheckpointSigned:
      return "checkpoint_signed";
    case Act::kEntryProven:
      return "entry_proven";
    case Act::kErased:
      return "erased";
    case Act::kErasureDone:
      return "erasure_done";
    case Act::kErasureShown:
      return "erasure_shown";
    case Act::kHeld:
      return "held";
    case Act::kReleased:
      return "released";
    case Act::kKeysEpochEnded:
      return "keys_epoch_ended";
  }
  return kUnknown;
}

std::optional<Act> parse_act(std::string_view name) noexcept {
  for (unsigned value = 1; value <= std::numeric_limits<std::uint8_t>::max(); ++value) {
    const auto act = static_cast<Act>(value);
    if (name_of(act) == name && name != kUnknown) {
      return act;
    }
  }
  return std::nullopt;
}

std::string_view name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::kDone:
      return "done";
    case Outcome::kRefused:
      return "refused";
  }
  return kUnknown;
}

Object object_of(const ConversationId& id) noexcept {
  return make_object(ObjectKind::kConversation, id);
}

Object object_of(const LeadId& id) noexcept {
  return make_object(ObjectKind::kLead, id);
}

Object object_of(const MessageId& id) noexcept {
  return make_object(ObjectKind::kMessage, id);
}

Object object_of(const AgentId& id) noexcept {
  return make_object(ObjectKind::kAgent, id);
}

Object object_of(const ClientId& id) noexcept {
  return make_object(ObjectKind::kClient, id);
}

std::string text_of(const Object& object) {
  const auto it = std::ranges::find(kPrefixes, object.kind, &KindPrefix::kind);
  return it == kPrefixes.end() ? "" : std::string{it->prefix} + to_crockford(object.id);
}

std::optional<Object> parse_object(std::string_view text) {
  for (const auto& [kind, prefix] : kPrefixes) {
    const auto id =
        text.starts_with(prefix) ? from_crockford(text.substr(prefix.size())) : std::nullopt;
    if (id) {
      return Object{kind, *id};
    }
  }
  return std::nullopt;
}

Result<std::uint64_t> next_entry(store::ReadTxn& txn) {
  LK_TRY(const Edge edge, find_edge(txn));
  return edge.size() + 1;
}

Result<void> append(store::WriteTxn& txn, const Entry& entry, Timestamp now) {
  LK_TRY(Edge edge, find_edge(txn));
  records::AuditEntry record;
  record.set_seq(edge.size() + 1);
  record.set_at_ms(now.ms);
  if (entry.actor) {
    record.set_actor(std::string{entry.actor->raw()});
  }
  if (entry.session) {
    record.set_session(std::string{as_text(*entry.session)});
  }
  if (entry.client) {
    record.set_client(std::string{entry.client->raw()});
  }
  record.set_action(static_cast<std::uint32_t>(entry.act));
  record.set_outcome(static_cast<std::uint32_t>(entry.outcome));
  record.set_object_kind(static_cast<std::uint32_t>(entry.object.kind));
  if (entry.object.kind != ObjectKind::kNone) {
    record.set_object_id(std::string{as_text(entry.object.id)});
  }
  record.set_reason(entry.reason);
  record.set_items(entry.items);
  record.set_case_reference(entry.case_reference);
  for (const Ulid& part : entry.parts) {
    record.add_parts(std::string{as_text(part)});
  }
  const SecretBytes leaf = store::encode_record(record);
  LK_TRY_VOID(
      txn.put_sealed(store::TableId::kAudit, entry_key(record.seq()), audit_key(), leaf.expose()));
  return add_leaf(txn, edge, leaf.expose());
}

Result<NumberedEntry> entry_of(const SecretBytes& leaf) {
  records::AuditEntry record;
  LK_TRY_VOID(store::decode_record(leaf, record));
  return from_record(record);
}

Result<std::vector<NumberedEntry>> list(store::ReadTxn& txn, std::uint64_t from,
                                        std::size_t limit) {
  std::vector<NumberedEntry> entries;
  LK_TRY_VOID(walk(txn, from, [&](std::uint64_t, ReadEntry entry) -> Result<store::Step> {
    if (entries.size() == limit) {
      return store::Step::kStop;
    }
    LK_TRY(auto one, std::move(entry));
    entries.push_back(std::move(one));
    return store::Step::kContinue;
  }));
  return entries;
}

Result<Followed> follow(store::ReadTxn& txn, std::uint64_t from, std::size_t limit) {
  Followed followed{{}, from, 0};
  LK_TRY_VOID(walk(txn, from, [&](std::uint64_t number, ReadEntry entry) -> Result<store::Step> {
    if (followed.looked_at == limit) {
      return store::Step::kStop;
    }
    ++followed.looked_at;
    followed.next = number + 1;
    if (entry) {
      followed.entries.push_back(std::move(entry).value());
    } else {
      log_error("AUDIT_ENTRY_UNREADABLE", Field{"number", number});
    }
    return store::Step::kContinue;
  }));
  return followed;
}

Result<void> walk(store::ReadTxn& txn, std::uint64_t from, const EntryVisitor& visit) {
  return txn.scan(store::TableId::kAudit, {}, entry_key(from), opening(txn, visit));
}

Result<void> walk_back(store::ReadTxn& txn, std::uint64_t before, const EntryVisitor& visit) {
  return txn.scan_back(store::TableId::kAudit, {}, entry_key(before), opening(txn, visit));
}

Result<std::uint64_t> first_since(store::ReadTxn& txn, Timestamp time) {
  LK_TRY(std::uint64_t end, next_entry(txn));
  std::uint64_t begin = 1;
  while (begin < end) {
    const std::uint64_t middle = begin + (end - begin) / 2;
    // The first that opens, so that one that does not is in nobody's way.
    std::optional<NumberedEntry> found;
    LK_TRY_VOID(
        walk(txn, middle, [&](std::uint64_t number, ReadEntry entry) -> Result<store::Step> {
          if (entry && number < end) {
            found = std::move(entry).value();
          }
          return entry || number >= end ? store::Step::kStop : store::Step::kContinue;
        }));
    if (found && found->at < time) {
      begin = found->seq + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace leadkeep::audit
