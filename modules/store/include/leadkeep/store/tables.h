// leadkeep/store/tables.h — the tables of a store and the keys of their rows
//
// All numbers in keys are big-endian. No key holds personal data: identifiers are found through
// keyed tags (blind_index.h), everything else is an internal id, a time or a counter.
//
//   table           key                                                      value
//   kState          "state"                                                  see state.h
//   kCounters       name                                                     Counter
//   kLeads          lead(16)                                                 Lead
//   kConversations  conversation(16)                                         Conversation
//   kMessages       conversation(16) seq(8)                                  Message
//   kPlaces         conversation(16) lead(16), and
//                   message(16) lead(16) conversation(16) seq(8)             —
//   kInbox          status(1) ~last_activity_ms(8) conversation(16) lead(16) —
//   kAssigned       assignee(16), then as kInbox                             —
//   kIndex          field(2) generation(1) tag(16) id(16)                    —
//   kOutbox         due_ms(8) message(16)                                    OutboxEntry
//   kOutboxHeads    conversation(16) seq(8)                                  due_ms
//   kConsents       lead(16) seq(8)                                          ConsentEvent
//   kAgents         agent(16)                                                Agent
//   kSessions       sha256(token)(32)                                        Session
//   kAudit          seq(8)                                                   AuditEntry
//   kJournal        day(4) seq(8)                                            JournalEntry
//   kDeferred       day(4) seq(8)                                            DeferredEntry
//   kIdempotency    tag(32)                                                  IdempotentAnswer
//   kSecondFactors  agent(16)                                                SecondFactors
//   kLogInHistory   agent(16)                                                LogInHistory
//   kSignOns        sha256(32)                                               SignOn
//   kProviderTrust  sha256(entity)(32)                                       ProviderTrust
//   kClients        client(16)                                               Client
//   kClientIndex    1 sha256(public key)(32), 2 sha256(token)(32)            ClientReference
//   kClientAuthority  "authority"                                            ClientAuthority
//   kWebhooks       client(16)                                               Webhook
//   kAuditTree      see audit/tree.h                                         AuditEdge, AuditNode, AuditSigned
//   kErasures       see inbox/erasures.h                                     Erasure
//   kContinuations  table(2) key(n) part(2)                                  the rest of a long value
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace leadkeep::store {

// Numbers are part of every record's authenticated data: never reuse or renumber one.
enum class TableId : std::uint16_t {
  kState = 1,
  kCounters = 2,
  kLeads = 3,
  kConversations = 4,
  kMessages = 5,
  kPlaces = 6,
  kInbox = 7,
  kAssigned = 8,
  kIndex = 9,
  kOutbox = 10,
  kOutboxHeads = 11,
  kConsents = 12,
  kAgents = 13,
  kSessions = 14,
  kAudit = 15,
  kJournal = 16,
  kDeferred = 17,
  kIdempotency = 18,
  kContinuations = 19,
  kSecondFactors = 20,
  kLogInHistory = 21,
  kSignOns = 22,
  kProviderTrust = 23,
  kClients = 24,
  kClientIndex = 25,
  kClientAuthority = 26,
  kWebhooks = 27,
  kAuditTree = 28,
  kErasures = 29,
  kKeys = 32,  // in the environment of the keys (key_store.h), not in the data
};

struct TableName {
  TableId id;
  std::string_view name;
};

inline constexpr std::array kDataTables = {
    TableName{TableId::kState, "state"},
    TableName{TableId::kCounters, "counters"},
    TableName{TableId::kLeads, "leads"},
    TableName{TableId::kConversations, "conversations"},
    TableName{TableId::kMessages, "messages"},
    TableName{TableId::kPlaces, "places"},
    TableName{TableId::kInbox, "inbox"},
    TableName{TableId::kAssigned, "assigned"},
    TableName{TableId::kIndex, "index"},
    TableName{TableId::kOutbox, "outbox"},
    TableName{TableId::kOutboxHeads, "outbox_heads"},
    TableName{TableId::kConsents, "consents"},
    TableName{TableId::kAgents, "agents"},
    TableName{TableId::kSessions, "sessions"},
    TableName{TableId::kAudit, "audit"},
    TableName{TableId::kJournal, "journal"},
    TableName{TableId::kDeferred, "deferred"},
    TableName{TableId::kIdempotency, "idempotency"},
    TableName{TableId::kContinuations, "continuations"},
    TableName{TableId::kSecondFactors, "second_factors"},
    TableName{TableId::kLogInHistory, "log_in_history"},
    TableName{TableId::kSignOns, "sign_ons"},
    TableName{TableId::kProviderTrust, "provider_trust"},
    TableName{TableId::kClients, "clients"},
    TableName{TableId::kClientIndex, "client_index"},
    TableName{TableId::kClientAuthority, "client_authority"},
    TableName{TableId::kWebhooks, "webhooks"},
    TableName{TableId::kAuditTree, "audit_tree"},
    TableName{TableId::kErasures, "erasures"},
};

inline constexpr std::array kKeyTables = {TableName{TableId::kKeys, "keys"}};

[[nodiscard]] constexpr std::string_view name_of(TableId id) noexcept {
  for (const TableName& table : kDataTables) {
    if (table.id == id) {
      return table.name;
    }
  }
  return id == TableId::kKeys ? "keys" : "?";
}

}  // namespace leadkeep::store
