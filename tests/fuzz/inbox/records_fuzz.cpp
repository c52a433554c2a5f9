// Leads, conversations and messages read back from the store. The first byte of the input chooses
// the table, the rest is the plaintext of a record under its genuine key: it is refused as corrupt,
// or what is shown is a valid view that keeps what has to be hidden.
#include "../store/memory_store.h"
#include "fuzz_target.h"
#include "json/views.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/messages.h>
#include <leadkeep/inbox/show.h>
#include <leadkeep/json/value.h>
#include <leadkeep/store/blind_index.h>
#include <leadkeep/store/records/agent.pb.h>
#include <leadkeep/store/records/session.pb.h>

#include <algorithm>

namespace leadkeep::inbox {
namespace {

using identity::Action;
using identity::Role;
using store::TableId;

constexpr std::uint64_t kSeq = 3;
constexpr std::string_view kToken = "0123456789012345678901234567890123456789012";

// The viewers: an agent, who sees masks; a supervisor, who here sees all; an administrator, who sees
// nothing.
identity::Policy policy() {
  using identity::FieldClass;
  auto policy = identity::Policy::defaults();
  policy.allow(Role::kAdmin, {Action::kReadConversation});
  for (const FieldClass field : {FieldClass::kPhone, FieldClass::kEmail, FieldClass::kWhatsAppId,
                                 FieldClass::kProfileName, FieldClass::kMessageText}) {
    policy.show(Role::kSupervisor, field, identity::Visibility::kClear);
  }
  return policy;
}

class House {
 public:
  House() {
    for (const auto& key : {store::subject_key(lead)}) {
      store.make_key(key);
    }
    Bytes place{conversation.bytes().begin(), conversation.bytes().end()};
    append(place, lead.bytes());
    store.plant_empty(TableId::kPlaces, place);
    append_be(message_key, kSeq);
  }

  [[nodiscard]] identity::Viewer viewer(Role role) {
    const auto agent = store::filled_id<AgentId>(0x44);
    const auto identity_key = store::system_key("identity");
    records::Agent record;
    record.set_id(store::raw_of(agent));
    record.add_roles(static_cast<std::uint32_t>(role));
    store.plant_record(TableId::kAgents, agent.bytes(), identity_key, record);
    records::Session session;
    session.set_agent_id(store::raw_of(agent));
    session.set_id(store::raw_of(agent));
    session.set_created_ms(store.now().ms);
    session.set_last_used_ms(store.now().ms);
    session.set_assurance(static_cast<std::uint32_t>(identity::Assurance::kPassword));
    store.plant_record(TableId::kSessions, crypto::sha256({as_bytes(kToken)}), identity_key,
                       session);
    const auto found = store.read([&](store::ReadTxn& txn) {
      const identity::DirectoryWord word;
      return identity::SessionStore{{}, word, identity::SecondFactorPolicy{{}}}.find(
          txn, {identity::Caller::page(), as_bytes(kToken)}, store.now());
    });
    return authoriser.permit<Action::kReadConversation>(found.value()).value().viewer();
  }

  store::MemoryStore store;
  LeadId lead = store::filled_id<LeadId>(0x11);
  ConversationId conversation = store::filled_id<ConversationId>(0x22);
  Bytes message_key{conversation.bytes().begin(), conversation.bytes().end()};
  identity::Authoriser authoriser{policy()};
  identity::Viewer masked = viewer(Role::kAgent);
  identity::Viewer clear = viewer(Role::kSupervisor);
  identity::Viewer blind = viewer(Role::kAdmin);
};

void check_json(const std::string& text) {
  const auto document = json::Document::parse(text, {.max_bytes = text.size(), .max_depth = 16});
  LK_CHECK(document.ok() && document.value().root().is_object());
  LK_CHECK(is_valid_utf8(text));
}

template <class T>
void check_error(const Result<T>& result) {
  LK_CHECK(result.ok() || result.error().code == Errc::kCorrupt);
}

// "•••••••" and two digits, "•••@•••" or "•••".
bool is_mask(std::string_view text) {
  constexpr std::string_view kHiddenDigits = "•••••••";
  if (text == "•••" || text == "•••@•••" || text == kHiddenDigits) {
    return true;
  }
  return text.starts_with(kHiddenDigits) && text.size() == kHiddenDigits.size() + 2 &&
         is_all_digits(text.substr(kHiddenDigits.size()));
}

std::size_t longest_run_of_digits(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// The bytes of `utf8` that start code point number `count`.
std::size_t offset_of(std::string_view utf8, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0; --count) {
    LK_CHECK(at < utf8.size());
    ++at;
    while (at < utf8.size() && (static_cast<unsigned char>(utf8[at]) & 0xc0U) == 0x80U) {
      ++at;
    }
  }
  return at;
}

// What stands outside of the masks is what stood outside of the spans; the masks are masks.
void check_masked_text(const records::Message& message, const privacy::MaskedText& shown) {
  LK_CHECK(is_valid_utf8(shown.body) && longest_run_of_digits(shown.body) < 9);
  std::string outside_of_masks;
  std::size_t end = 0;
  for (const privacy::Span& span : shown.spans) {
    const std::size_t start = offset_of(shown.body, span.start);
    LK_CHECK(start >= end);
    outside_of_masks.append(shown.body, end, start - end);
    end = offset_of(shown.body, span.end);
    LK_CHECK(is_mask(std::string_view{shown.body}.substr(start, end - start)));
  }
  outside_of_masks.append(shown.body, end);
  if (shown.body == "•••") {
    return;
  }
  std::string outside_of_spans;
  std::size_t read = 0;
  LK_CHECK(static_cast<std::size_t>(message.spans_size()) == shown.spans.size());
  for (const records::TextSpan& span : message.spans()) {
    outside_of_spans.append(message.text(), read, span.start() - read);
    read = span.end();
  }
  outside_of_spans.append(message.text(), read);
  LK_CHECK(outside_of_masks == outside_of_spans);
}

void check_message(House& house, const records::Message& message) {
  LK_CHECK(message.seq() == kSeq && message.id().size() == 16);
  const auto masked = Showing::message(message, house.masked);
  LK_CHECK(masked.text().has_value() == message.has_text());
  if (masked.text()) {
    check_masked_text(message, *masked.text());
  }
  const auto clear = Showing::message(message, house.clear);
  LK_CHECK(!clear.text() || clear.text()->body == message.text());
  const auto blind = Showing::message(message, house.blind);
  LK_CHECK(!blind.text());
  for (const auto* view : {&masked, &clear, &blind}) {
    check_json(api::to_json(*view));
  }
}

void check_message_record(House& house, ByteView plaintext) {
  const auto key = store::subject_key(house.lead);
  house.store.plant(TableId::kMessages, house.message_key, key, plaintext);
  const MessagePlace place{house.lead, house.conversation, kSeq};
  const auto found =
      house.store.read([&](store::ReadTxn& txn) { return Messages{}.find(txn, place); });
  check_error(found);
  int visited = 0;
  const auto walked = house.store.read([&](store::ReadTxn& txn) {
    return Messages{}.walk_back(txn, house.lead, house.conversation, 0, 10,
                                [&](const records::Message&) { ++visited; });
  });
  LK_CHECK(walked.ok() == found.ok());
  if (!found.ok()) {
    return;
  }
  LK_CHECK(found.value() && visited == 1);
  check_message(house, *found.value());
  LK_CHECK(house.store
               .rehearse([&](store::WriteTxn& txn) -> Result<void> {
                 records::Message changed = *found.value();
                 (void)apply_status(changed, records::Message::STATUS_READ, house.store.now(), 0);
                 LK_TRY_VOID(Messages{}.tie_wamid(txn, changed, "wamid.1"));
                 LK_TRY_VOID(Messages{}.save(txn, place, changed));
                 LK_TRY(const auto again, Messages{}.find(txn, place));
                 LK_CHECK(again && again->SerializeAsString() == changed.SerializeAsString());
                 return {};
               })
               .ok());
}

void check_conversation(House& house, const records::Conversation& conversation) {
  LK_CHECK(id_of(conversation) == house.conversation && lead_of(conversation) == house.lead);
  records::Lead lead;
  lead.set_id(store::raw_of(house.lead));
  for (const auto* viewer : {&house.masked, &house.clear, &house.blind}) {
    const auto view = Showing::conversation(conversation, lead, nullptr, *viewer);
    LK_CHECK(parse_status(name_of(view.status())) == view.status());
    check_json(api::to_json(view));
  }
}

void check_conversation_record(House& house, ByteView plaintext) {
  house.store.plant(TableId::kConversations, house.conversation.bytes(),
                    store::subject_key(house.lead), plaintext);
  const Conversations conversations;
  const auto found = house.store.read(
      [&](store::ReadTxn& txn) { return conversations.find(txn, house.conversation); });
  const auto loaded = house.store.read([&](store::ReadTxn& txn) {
    return conversations.load(txn, {house.conversation, house.lead});
  });
  check_error(found);
  check_error(loaded);
  LK_CHECK(found.ok() == loaded.ok());
  if (!found.ok()) {
    return;
  }
  check_conversation(house, *found.value());
  LK_CHECK(house.store
               .rehearse([&](store::WriteTxn& txn) -> Result<void> {
                 records::Conversation changed = *found.value();
                 records::Message note;
                 note.set_id(store::raw_of(store::filled_id<MessageId>(0x33)));
                 LK_TRY_VOID(Messages{}.add(txn, changed, note));
                 LK_TRY_VOID(conversations.save(txn, found.value(), changed));
                 for (const auto order : {InboxOrder::kNewestFirst, InboxOrder::kOldestFirst}) {
                   LK_TRY(const auto listed, conversations.list(txn, {}, order, std::nullopt, 10));
                   LK_CHECK(listed.size() == 1 && listed[0].lead == house.lead);
                   LK_CHECK(listed[0].position.conversation == house.conversation);
                 }
                 return {};
               })
               .ok());
}

void check_lead(House& house, const records::Lead& lead) {
  const auto masked = Showing::lead(lead, house.masked);
  LK_CHECK(masked.summary().id == house.lead);
  const auto& name =
      lead.masked_entered_name().empty() ? lead.masked_name() : lead.masked_entered_name();
  LK_CHECK(masked.summary().display_name.value_or("") == name);
  LK_CHECK(masked.identifiers().size() == static_cast<std::size_t>(lead.identifiers_size()));
  for (const auto& identifier : masked.identifiers()) {
    LK_CHECK(identifier.masked && is_mask(identifier.value));
  }
  const auto blind = Showing::lead(lead, house.blind);
  LK_CHECK(blind.identifiers().empty() && !blind.summary().display_name);
  const auto clear = Showing::lead(lead, house.clear);
  for (const auto* view : {&masked, &clear, &blind}) {
    check_json(api::to_json(*view));
  }
}

// Somebody gives it a name and an address, and takes its first identifier away.
Result<void> change_lead(store::WriteTxn& txn, House& house, records::Lead lead) {
  LeadChange change;
  change.name = LeadChange::Name{Pii<std::string>{"Erika"}, "Erika"};
  change.added.push_back({records::Identifier::KIND_EMAIL, Pii<std::string>{"e@muster.example"}});
  const auto first = lead.identifiers().empty()
                         ? std::nullopt
                         : IdentifierId::from_bytes(as_bytes(lead.identifiers(0).id()));
  if (first) {
    change.removed.push_back(*first);
  }
  const Leads leads;
  const auto version = lead.version();
  const auto changed = leads.change(txn, lead, change, house.store.now());
  if (!changed) {
    LK_CHECK(changed.error().code == Errc::kConflict ||
             changed.error().code == Errc::kInvalidInput);
    return {};
  }
  LK_CHECK(lead.version() - version <= 1);
  LK_TRY(const auto by_email, leads.find_by_email(txn, change.added.front().value));
  LK_CHECK(by_email == house.lead);
  LK_TRY(const auto by_name, leads.find_by_name(txn, Pii<std::string>{"erika"}, 10));
  LK_CHECK(by_name == std::vector<LeadId>{house.lead});
  return {};
}

void check_lead_record(House& house, ByteView plaintext) {
  const auto key = store::subject_key(house.lead);
  house.store.plant(TableId::kLeads, house.lead.bytes(), key, plaintext);
  const auto found =
      house.store.read([&](store::ReadTxn& txn) { return Leads{}.find(txn, house.lead); });
  check_error(found);
  if (found.ok()) {
    check_lead(house, *found.value());
    LK_CHECK(
        house.store
            .rehearse([&](store::WriteTxn& txn) { return change_lead(txn, house, *found.value()); })
            .ok());
  }
  // The person writes again.
  PersonSeen person;
  person.whatsapp_id = Pii<std::string>{"4915112345678"};
  person.profile_name = Pii<std::string>{"Erika"};
  const auto met = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(store::BlindIndex{store::IndexField::kWhatsAppId}.add(
        txn, person.whatsapp_id->expose(), house.lead.bytes()));
    const Leads leads;
    LK_TRY(const auto lead, leads.meet(txn, person, house.lead, house.store.now()));
    LK_CHECK(lead.kind == MetLead::Kind::kKnown);
    return leads.save(txn, lead.lead);
  });
  check_error(met);
  LK_CHECK(met.ok() == found.ok());
}

void check_input(std::string_view input) {
  static House house;
  if (input.empty()) {
    return;
  }
  const ByteView plaintext = as_bytes(input).subspan(1);
  switch (static_cast<unsigned char>(input[0]) % 3) {
    case 0:
      check_lead_record(house, plaintext);
      break;
    case 1:
      check_conversation_record(house, plaintext);
      break;
    default:
      check_message_record(house, plaintext);
      break;
  }
}

}  // namespace
}  // namespace leadkeep::inbox

LK_FUZZ_TARGET(leadkeep::inbox::check_input)
