#include <leadkeep/inbox/messages.h>
#include <leadkeep/store/blind_index.h>
#include <leadkeep/store/table.h>

#include <algorithm>

namespace leadkeep::inbox {
namespace {

constexpr store::Table<records::Message> kMessages{store::TableId::kMessages};
constexpr std::size_t kIdSize = 16;

store::BlindIndex wamids() {
  return store::BlindIndex{store::IndexField::kWamid};
}

Bytes row_key(ByteView conversation, std::uint64_t seq) {
  Bytes key{conversation.begin(), conversation.end()};
  append_be(key, seq);
  return key;
}

// A record says where it stands: one that says anything else than its place is damaged.
Result<void> check_place(const records::Message& message, std::uint64_t seq) {
  if (message.seq() != seq || message.id().size() != kIdSize) {
    return fail(Errc::kCorrupt, "inbox: a message is not the one of its row");
  }
  return {};
}

// What WhatsApp never told us: nothing of it is in the history.
bool is_our_belief(const records::Message& message) {
  return std::ranges::none_of(message.history(), [&](const auto& event) {
    return event.status() == static_cast<std::uint32_t>(message.status());
  });
}

int rank(records::Message::Status status) {
  switch (status) {
    case records::Message::STATUS_SENT:
      return 1;
    case records::Message::STATUS_FAILED:
      return 2;
    case records::Message::STATUS_DELIVERED:
      return 3;
    case records::Message::STATUS_READ:
      return 4;
    case records::Message::STATUS_PLAYED:
      return 5;
    default:
      return 0;
  }
}

bool is_news(const records::Message& message, records::Message::Status reported) {
  return is_our_belief(message) || rank(reported) > rank(message.status());
}

Result<void> untie_wamids(store::WriteTxn& txn, const records::Message& message) {
  if (!message.wamid().empty()) {
    LK_TRY_VOID(wamids().remove(txn, message.wamid(), as_bytes(message.id())));
  }
  for (const std::string& other : message.other_wamids()) {
    LK_TRY_VOID(wamids().remove(txn, other, as_bytes(message.id())));
  }
  return {};
}

auto first_of(std::size_t limit, const Messages::Visit& visit) {
  return [limit, &visit, visited = std::size_t{0}](
             ByteView row, const records::Message& message) mutable -> Result<store::Step> {
    LK_TRY_VOID(check_place(message, read_be<std::uint64_t>(row.last(8))));
    visit(message);
    return ++visited < limit ? store::Step::kContinue : store::Step::kStop;
  };
}

}  // namespace

StatusChange apply_status(records::Message& message, records::Message::Status status, Timestamp at,
                          std::int64_t error_code) {
  const bool in_history = std::ranges::any_of(message.history(), [&](const auto& event) {
    return event.status() == static_cast<std::uint32_t>(status);
  });
  if (in_history) {
    return StatusChange::kKnownAlready;
  }
  const bool news = is_news(message, status);
  records::StatusEvent& event = *message.add_history();
  event.set_status(static_cast<std::uint32_t>(status));
  event.set_at_ms(at.ms);
  event.set_error_code(error_code);
  if (news) {
    message.set_status(status);
    message.set_failure(status == records::Message::STATUS_FAILED
                            ? "whatsapp_" + std::to_string(error_code)
                            : std::string{});
  }
  return StatusChange::kApplied;
}

Result<void> Messages::add(store::WriteTxn& txn, records::Conversation& conversation,
                           records::Message& message) const {
  conversation.set_last_seq(conversation.last_seq() + 1);
  message.set_seq(conversation.last_seq());
  Bytes place{as_bytes(message.id()).begin(), as_bytes(message.id()).end()};
  append(place, as_bytes(conversation.lead_id()));
  append(place, row_key(as_bytes(conversation.id()), message.seq()));
  LK_TRY_VOID(txn.put_empty(store::TableId::kPlaces, place));
  if (!message.wamid().empty()) {
    LK_TRY_VOID(wamids().add(txn, message.wamid(), as_bytes(message.id())));
  }
  const auto lead = LeadId::from_bytes(as_bytes(conversation.lead_id()));
  LK_CHECK(lead.has_value());
  return kMessages.put(txn, row_key(as_bytes(conversation.id()), message.seq()),
                       store::subject_key(*lead), message);
}

Result<void> Messages::save(store::WriteTxn& txn, const MessagePlace& place,
                            const records::Message& message) const {
  return kMessages.put(txn, row_key(place.conversation.bytes(), place.seq),
                       store::subject_key(place.lead), message);
}

Result<void> Messages::tie_wamid(store::WriteTxn& txn, records::Message& message,
                                 std::string_view wamid) const {
  if (wamid.empty()) {
    return {};
  }
  LK_TRY(const auto owner, wamids().find(txn, wamid));
  if (owner) {
    return {};
  }
  if (message.wamid().empty()) {
    message.set_wamid(std::string{wamid});
  } else {
    message.add_other_wamids(std::string{wamid});
  }
  return wamids().add(txn, wamid, as_bytes(message.id()));
}

Result<std::optional<MessageId>> Messages::find_by_wamid(store::ReadTxn& txn,
                                                         std::string_view wamid) const {
  LK_TRY(const auto id, wamids().find(txn, wamid));
  return id ? std::optional{MessageId{*id}} : std::nullopt;
}

Result<std::optional<MessagePlace>> Messages::place_of(store::ReadTxn& txn,
                                                       const MessageId& id) const {
  std::optional<MessagePlace> place;
  LK_TRY_VOID(txn.scan(
      store::TableId::kPlaces, id.bytes(), {}, [&](ByteView key, ByteView) -> Result<store::Step> {
        if (key.size() != 3 * kIdSize + 8) {
          return store::Step::kContinue;  // the place of a conversation
        }
        place = MessagePlace{*LeadId::from_bytes(key.subspan(kIdSize, kIdSize)),
                             *ConversationId::from_bytes(key.subspan(2 * kIdSize, kIdSize)),
                             read_be<std::uint64_t>(key.subspan(3 * kIdSize))};
        return store::Step::kStop;
      }));
  return place;
}

Result<std::optional<records::Message>> Messages::find(store::ReadTxn& txn,
                                                       const MessagePlace& place) const {
  auto message = kMessages.find(txn, row_key(place.conversation.bytes(), place.seq),
                                store::subject_key(place.lead));
  // A message whose lead has no key was erased: to everybody it is not there.
  if (!message && message.error().code == Errc::kNotFound) {
    return std::optional<records::Message>{};
  }
  if (message && message.value()) {
    LK_TRY_VOID(check_place(*message.value(), place.seq));
  }
  return message;
}

Result<void> Messages::walk_back(store::ReadTxn& txn, const LeadId& lead,
                                 const ConversationId& conversation, std::uint64_t before,
                                 std::size_t limit, const Visit& visit) const {
  const Bytes end = before == 0 ? Bytes{} : row_key(conversation.bytes(), before);
  return kMessages.scan_back(txn, conversation.bytes(), end, store::subject_key(lead),
                             first_of(limit, visit));
}

Result<void> Messages::walk(store::ReadTxn& txn, const LeadId& lead,
                            const ConversationId& conversation, std::uint64_t after,
                            std::size_t limit, const Visit& visit) const {
  const Bytes begin = row_key(conversation.bytes(), after + 1);
  return kMessages.scan(txn, conversation.bytes(), begin, store::subject_key(lead),
                        first_of(limit, visit));
}

Result<std::size_t> Messages::erase_some(store::WriteTxn& txn, const LeadId& lead,
                                         const ConversationId& conversation,
                                         std::size_t limit) const {
  std::vector<std::pair<Bytes, std::optional<records::Message>>> found;
  LK_TRY_VOID(txn.scan(store::TableId::kMessages, conversation.bytes(), {},
                       [&](ByteView key, ByteView value) -> Result<store::Step> {
                         auto& [row, message] = found.emplace_back();
                         row.assign(key.begin(), key.end());
                         // One that does not open goes, too.
                         const auto opened = txn.open_value(store::TableId::kMessages, key,
                                                            store::subject_key(lead), value);
                         records::Message record;
                         if (opened && store::decode_record(opened.value(), record)) {
                           message = std::move(record);
                         }
                         return found.size() < limit ? store::Step::kContinue : store::Step::kStop;
                       }));
  for (const auto& [row, message] : found) {
    LK_TRY_VOID(kMessages.erase(txn, row));
    if (!message) {
      continue;
    }
    Bytes place{as_bytes(message->id()).begin(), as_bytes(message->id()).end()};
    append(place, lead.bytes());
    append(place, row);
    LK_TRY_VOID(txn.erase_empty(store::TableId::kPlaces, place));
    LK_TRY_VOID(untie_wamids(txn, *message));
  }
  return found.size();
}

}  // namespace leadkeep::inbox
