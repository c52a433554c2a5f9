// Consents, the outbox, the trail, idempotency answers and counters read back from the store. The
// first byte of the input chooses the table, the rest is the plaintext of a record under its genuine
// key. In doubt nobody is written to, and no row makes the sender turn in circles.
#include "../store/memory_store.h"
#include "fuzz_target.h"

#include <leadkeep/audit/trail.h>
#include <leadkeep/consent/ledger.h>
#include <leadkeep/delivery/outbox.h>
#include <leadkeep/flow/idempotency.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/store/blind_index.h>
#include <leadkeep/store/counters.h>
#include <leadkeep/store/records/consent.pb.h>
#include <leadkeep/store/records/lead.pb.h>

#include <algorithm>
#include <string>

namespace leadkeep::flow {
namespace {

using store::ReadTxn;
using store::TableId;
using store::WriteTxn;

constexpr std::uint64_t kSeq = 3;

template <class T>
void check_error(const Result<T>& result) {
  LK_CHECK(result.ok() || result.error().code == Errc::kCorrupt);
}

class House {
 public:
  House() {
    const auto key = store::subject_key(lead);
    store.make_key(key);
    records::Lead person;
    person.set_id(store::raw_of(lead));
    auto& identifier = *person.add_identifiers();
    identifier.set_kind(records::Identifier::KIND_WHATSAPP_ID);
    identifier.set_value("4915112345678");
    store.plant_record(TableId::kLeads, lead.bytes(), key, person);
    auto thread = inbox::Conversations{}.make(conversation, lead, "1", store.now());
    thread.set_window_expires_ms(store.now().ms + 1'000);
    store.plant_record(TableId::kConversations, conversation.bytes(), key, thread);
    Bytes place{conversation.bytes().begin(), conversation.bytes().end()};
    append(place, lead.bytes());
    store.plant_empty(TableId::kPlaces, place);
  }

  store::MemoryStore store;
  LeadId lead = store::filled_id<LeadId>(0x11);
  ConversationId conversation = store::filled_id<ConversationId>(0x22);
  MessageId message = store::filled_id<MessageId>(0x33);
  AgentId agent = store::filled_id<AgentId>(0x44);
};

void check_consent(House& house, ByteView plaintext) {
  Bytes key{house.lead.bytes().begin(), house.lead.bytes().end()};
  append_be(key, kSeq);
  house.store.plant(TableId::kConsents, key, store::subject_key(house.lead), plaintext);
  records::ConsentEvent event;
  const bool parses = event.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()));
  const auto cleared = house.store.read([&](ReadTxn& txn) {
    inbox::Draft draft{house.lead, house.conversation, house.message, house.agent,
                       Pii<std::string>{"text"}};
    return consent::Ledger{}.clear(txn, std::move(draft), house.store.now());
  });
  if (cleared.ok()) {
    LK_CHECK(parses && (event.purpose() != consent::kMessagesPurpose ||
                        event.kind() == records::ConsentEvent::KIND_GIVEN));
    LK_CHECK(cleared.value().recipient().whatsapp_id->expose() == "4915112345678");
  } else {
    LK_CHECK(cleared.error().code == Errc::kCorrupt ||
             cleared.error().code == Errc::kConsentWithdrawn);
  }
  const auto listed =
      house.store.read([&](ReadTxn& txn) { return consent::Ledger{}.list(txn, house.lead); });
  check_error(listed);
  LK_CHECK(!listed.ok() || (parses && listed.value().size() == 1));
  LK_CHECK(!listed.ok() ||
           consent::parse_consent_kind(name_of(listed.value()[0].kind)) == listed.value()[0].kind);
  LK_CHECK(house.store
               .rehearse([&](WriteTxn& txn) -> Result<void> {
                 consent::NewConsent withdrawn{
                     consent::ConsentKind::kWithdrawn, "messages", "phone", {}};
                 return consent::Ledger{}.append(txn, house.lead, store::filled_id<ConsentId>(0x55),
                                                 withdrawn, house.agent, house.store.now());
               })
               .ok());
  house.store.erase(TableId::kConsents, key);
}

Bytes due_key(const House& house) {
  Bytes key;
  append_be(key, static_cast<std::uint64_t>(house.store.now().ms));
  append(key, house.message.bytes());
  return key;
}

// The sender takes the first entry, looks it up again, and moves or settles it.
void check_sender(House& house) {
  const delivery::Outbox outbox;
  const auto first = house.store.read([&](ReadTxn& txn) { return outbox.first(txn); });
  LK_CHECK(first.ok());
  if (!first.value()) {
    return;
  }
  const records::OutboxEntry& entry = *first.value();
  const auto found = house.store.read([&](ReadTxn& txn) { return outbox.find(txn, entry); });
  LK_CHECK(found.ok() && found.value());
  check_error(house.store.read([&](ReadTxn& txn) { return outbox.blocked_by(txn, entry); }));
  const auto moved = house.store.rehearse([&](WriteTxn& txn) -> Result<void> {
    records::OutboxEntry next = entry;
    next.set_state(records::OutboxEntry::STATE_IN_FLIGHT);
    next.set_due_ms(house.store.now().ms + 1);
    LK_TRY_VOID(outbox.move(txn, entry, next));
    LK_TRY(const auto after, outbox.first(txn));
    LK_CHECK(after && after->due_ms() == next.due_ms());
    LK_CHECK(MessageId::from_bytes(as_bytes(after->message_id())).has_value());
    const auto conversation = ConversationId::from_bytes(as_bytes(after->conversation_id()));
    LK_CHECK(conversation.has_value());
    const auto message = MessageId::from_bytes(as_bytes(after->message_id()));
    LK_TRY_VOID(outbox.settle(txn, *conversation, after->seq(), *message, house.store.now()));
    LK_TRY(const auto rest, outbox.first(txn));
    LK_CHECK(!rest);
    return {};
  });
  LK_CHECK(moved.ok());
}

void check_outbox(House& house, ByteView plaintext) {
  house.store.plant(TableId::kOutbox, due_key(house), store::system_key("outbox"), plaintext);
  check_sender(house);
  house.store.erase(TableId::kOutbox, due_key(house));
}

void check_outbox_head(House& house, ByteView plaintext) {
  records::OutboxEntry entry;
  entry.set_message_id(store::raw_of(house.message));
  entry.set_conversation_id(store::raw_of(house.conversation));
  entry.set_lead_id(store::raw_of(house.lead));
  entry.set_seq(kSeq);
  entry.set_state(records::OutboxEntry::STATE_WAITING);
  entry.set_due_ms(house.store.now().ms);
  house.store.plant_record(TableId::kOutbox, due_key(house), store::system_key("outbox"), entry);
  Bytes head{house.conversation.bytes().begin(), house.conversation.bytes().end()};
  append_be(head, kSeq - 1);
  house.store.plant(TableId::kOutboxHeads, head, store::system_key("outbox"), plaintext);
  const delivery::Outbox outbox;
  const auto older = house.store.read([&](ReadTxn& txn) { return outbox.blocked_by(txn, entry); });
  check_error(older);
  LK_CHECK(!older.ok() || older.value().has_value());
  if (older.ok()) {
    // How long the entry behind it waits.
    const Timestamp due =
        std::max(*older.value(), house.store.now()) + std::chrono::milliseconds{1};
    LK_CHECK(due >= house.store.now());
  }
  check_error(house.store.rehearse([&](WriteTxn& txn) {
    return outbox.settle(txn, house.conversation, kSeq - 1, house.message, house.store.now());
  }));
  house.store.erase(TableId::kOutboxHeads, head);
  house.store.erase(TableId::kOutbox, due_key(house));
}

void check_trail(House& house, ByteView plaintext) {
  Bytes key;
  append_be(key, std::uint64_t{1});
  house.store.plant(TableId::kAudit, key, store::system_key("audit"), plaintext);
  const auto listed = house.store.read([&](ReadTxn& txn) { return audit::list(txn, 1, 10); });
  check_error(listed);
  LK_CHECK(!listed.ok() || listed.value().size() == 1);
  LK_CHECK(!listed.ok() || !to_rfc3339(listed.value()[0].at).empty());
  house.store.erase(TableId::kAudit, key);
}

void check_answer(House& house, ByteView plaintext) {
  const std::optional guard{RepeatGuard{"key", {}}};
  const auto key = house.store.read([&](ReadTxn& txn) {
    return store::keyed_tag(txn, "api.idempotency", {house.agent.bytes(), as_bytes(guard->key)});
  });
  house.store.plant(TableId::kIdempotency, key.value(), store::system_key("api"), plaintext);
  const auto earlier = house.store.read(
      [&](ReadTxn& txn) { return find_earlier(txn, house.agent, guard, house.store.now()); });
  LK_CHECK(earlier.ok() || earlier.error().code == Errc::kCorrupt ||
           earlier.error().code == Errc::kIdempotencyMismatch);
  check_error(house.store.rehearse([&](WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto old, find_old_answers(txn, house.store.now(), 10));
    LK_CHECK(old.empty() || !earlier.ok() || !earlier.value());
    LK_TRY_VOID(remove_old_answers(txn, old, house.store.now()));
    const Ulid made{};
    LK_TRY_VOID(remember(txn, house.agent, guard, made, house.store.now()));
    LK_TRY(const auto again, find_earlier(txn, house.agent, guard, house.store.now()));
    LK_CHECK(again == made);
    return {};
  }));
  house.store.erase(TableId::kIdempotency, key.value());
}

void check_counter(House& house, ByteView plaintext) {
  house.store.plant(TableId::kCounters, as_bytes(store::kJournalCounter),
                    store::system_key("store"), plaintext);
  const auto last = house.store.read(
      [&](ReadTxn& txn) { return store::last_number(txn, store::kJournalCounter); });
  check_error(last);
  const auto appended = house.store.rehearse([&](WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto next, store::next_number(txn, store::kJournalCounter));
    LK_CHECK(last.ok() && next > last.value());
    LK_TRY(const auto now_last, store::last_number(txn, store::kJournalCounter));
    LK_CHECK(now_last == next);
    return {};
  });
  check_error(appended);
  house.store.erase(TableId::kCounters, as_bytes(store::kJournalCounter));
}

void check_input(std::string_view input) {
  static House house;
  if (input.empty()) {
    return;
  }
  constexpr std::array kChecks{check_consent, check_outbox, check_outbox_head,
                               check_trail,   check_answer, check_counter};
  kChecks[static_cast<unsigned char>(input[0]) % kChecks.size()](house, as_bytes(input).subspan(1));
}

}  // namespace
}  // namespace leadkeep::flow

LK_FUZZ_TARGET(leadkeep::flow::check_input)
