#include <leadkeep/inbox/conversations.h>
#include <leadkeep/store/table.h>

#include <algorithm>
#include <array>
#include <utility>

namespace leadkeep::inbox {
namespace {

constexpr store::Table<records::Conversation> kConversations{store::TableId::kConversations};
constexpr std::size_t kIdSize = 16;
constexpr std::array kStatuses = {ConversationStatus::kOpen, ConversationStatus::kPending,
                                  ConversationStatus::kClosed};

// Descending times sort ascending.
void append_descending(Bytes& out, Timestamp t) {
  append_be(out, ~static_cast<std::uint64_t>(t.ms));
}

Timestamp read_descending(ByteView bytes) {
  return Timestamp{static_cast<std::int64_t>(~read_be<std::uint64_t>(bytes))};
}

// assignee(16) for kAssigned, nothing for kInbox; then the status.
Bytes order_prefix(const std::optional<std::optional<AgentId>>& assignee,
                   ConversationStatus status) {
  Bytes out;
  if (assignee) {
    const AgentId agent = assignee->value_or(AgentId{});
    append(out, agent.bytes());
  }
  out.push_back(static_cast<std::byte>(status));
  return out;
}

std::optional<AgentId> assignee_of(const records::Conversation& conversation) {
  return AgentId::from_bytes(as_bytes(conversation.assignee()));
}

Bytes order_key(const records::Conversation& c, const std::optional<std::optional<AgentId>>& by) {
  Bytes key = order_prefix(by, static_cast<ConversationStatus>(c.status()));
  append_descending(key, Timestamp{c.last_activity_ms()});
  append(key, as_bytes(c.id()));
  append(key, as_bytes(c.lead_id()));
  return key;
}

struct OrderKeys {
  Bytes inbox;
  Bytes assigned;
};

OrderKeys order_keys(const records::Conversation& c) {
  return {order_key(c, std::nullopt), order_key(c, std::optional{assignee_of(c)})};
}

bool newer(const ListedConversation& a, const ListedConversation& b) {
  return std::tie(b.position.last_activity, a.position.conversation) <
         std::tie(a.position.last_activity, b.position.conversation);
}

// Where a scan goes on that has seen the row at `position`: the rows stand newest first.
Bytes beyond(const Bytes& prefix, const InboxPosition& position, InboxOrder order) {
  Bytes key = prefix;
  append_descending(key, position.last_activity);
  append(key, position.conversation.bytes());
  if (order == InboxOrder::kNewestFirst) {
    key.insert(key.end(), kIdSize + 1, std::byte{0xff});  // behind the row itself
  }
  return key;
}

Result<ListedConversation> read_order_key(ByteView key, std::size_t prefix) {
  if (key.size() != prefix + 8 + 2 * kIdSize) {
    return fail(Errc::kCorrupt, "inbox: an order row has an impossible length");
  }
  const ByteView ids = key.subspan(prefix + 8);
  return ListedConversation{
      {read_descending(key.subspan(prefix)), *ConversationId::from_bytes(ids.first(kIdSize))},
      *LeadId::from_bytes(ids.subspan(kIdSize))};
}

Result<std::optional<LeadId>> lead_of_conversation(store::ReadTxn& txn, const ConversationId& id) {
  std::optional<LeadId> lead;
  LK_TRY_VOID(txn.scan(store::TableId::kPlaces, id.bytes(), {},
                       [&](ByteView key, ByteView) -> Result<store::Step> {
                         if (key.size() == 2 * kIdSize) {
                           lead = LeadId::from_bytes(key.subspan(kIdSize));
                         }
                         return store::Step::kStop;
                       }));
  return lead;
}

// A record says whose it is: one that says anything else than its place is damaged.
Result<void> check_place(const records::Conversation& conversation,
                         const ConversationPlace& place) {
  const bool known_status = std::ranges::any_of(kStatuses, [&](ConversationStatus status) {
    return static_cast<int>(status) == static_cast<int>(conversation.status());
  });
  if (!known_status || conversation.id() != place.conversation.raw() ||
      conversation.lead_id() != place.lead.raw()) {
    return fail(Errc::kCorrupt, "inbox: a conversation is not the one of its row");
  }
  // They begin at zero and are raised by one.
  if (!std::in_range<std::int64_t>(conversation.unread()) ||
      !std::in_range<std::int64_t>(conversation.version())) {
    return fail(Errc::kCorrupt, "inbox: a conversation counts more than can be");
  }
  return {};
}

}  // namespace

LeadId lead_of(const records::Conversation& conversation) {
  return LeadId::from_bytes(as_bytes(conversation.lead_id())).value_or(LeadId{});
}

ConversationId id_of(const records::Conversation& conversation) {
  return ConversationId::from_bytes(as_bytes(conversation.id())).value_or(ConversationId{});
}

Result<std::optional<records::Conversation>> Conversations::find(store::ReadTxn& txn,
                                                                 const ConversationId& id) const {
  LK_TRY(const auto lead, lead_of_conversation(txn, id));
  if (!lead) {
    return std::optional<records::Conversation>{};
  }
  auto conversation = kConversations.find(txn, id.bytes(), store::subject_key(*lead));
  // A conversation whose lead has no key was erased: to everybody it is not there.
  if (!conversation && conversation.error().code == Errc::kNotFound) {
    return std::optional<records::Conversation>{};
  }
  if (conversation && conversation.value()) {
    LK_TRY_VOID(check_place(*conversation.value(), {id, *lead}));
  }
  return conversation;
}

Result<records::Conversation> Conversations::load(store::ReadTxn& txn,
                                                  const ConversationPlace& place) const {
  LK_TRY(auto conversation,
         kConversations.load(txn, place.conversation.bytes(), store::subject_key(place.lead)));
  LK_TRY_VOID(check_place(conversation, place));
  return conversation;
}

records::Conversation Conversations::make(const ConversationId& id, const LeadId& lead,
                                          std::string_view phone_number_id, Timestamp now) const {
  records::Conversation out;
  out.set_id(std::string{id.raw()});
  out.set_lead_id(std::string{lead.raw()});
  out.set_phone_number_id(std::string{phone_number_id});
  out.set_status(records::Conversation::STATUS_OPEN);
  out.set_created_ms(now.ms);
  out.set_last_activity_ms(now.ms);
  out.set_version(1);
  return out;
}

Result<void> Conversations::save(store::WriteTxn& txn,
                                 const std::optional<records::Conversation>& before,
                                 records::Conversation& after) const {
  const OrderKeys fresh = order_keys(after);
  if (before) {
    const OrderKeys old = order_keys(*before);
    if (old.inbox != fresh.inbox) {
      LK_TRY_VOID(txn.erase_empty(store::TableId::kInbox, old.inbox));
    }
    if (old.assigned != fresh.assigned) {
      LK_TRY_VOID(txn.erase_empty(store::TableId::kAssigned, old.assigned));
    }
  } else {
    Bytes place;
    append(place, as_bytes(after.id()));
    append(place, as_bytes(after.lead_id()));
    LK_TRY_VOID(txn.put_empty(store::TableId::kPlaces, place));
  }
  LK_TRY_VOID(txn.put_empty(store::TableId::kInbox, fresh.inbox));
  LK_TRY_VOID(txn.put_empty(store::TableId::kAssigned, fresh.assigned));
  return kConversations.put(txn, as_bytes(after.id()), store::subject_key(lead_of(after)), after);
}

Result<void> Conversations::erase(store::WriteTxn& txn,
                                  const records::Conversation& conversation) const {
  const OrderKeys keys = order_keys(conversation);
  LK_TRY_VOID(txn.erase_empty(store::TableId::kInbox, keys.inbox));
  LK_TRY_VOID(txn.erase_empty(store::TableId::kAssigned, keys.assigned));
  return kConversations.erase(txn, as_bytes(conversation.id()));
}

Result<void> Conversations::erase_place(store::WriteTxn& txn,
                                        const ConversationPlace& place) const {
  Bytes key{place.conversation.bytes().begin(), place.conversation.bytes().end()};
  append(key, place.lead.bytes());
  return txn.erase_empty(store::TableId::kPlaces, key);
}

Result<std::vector<ListedConversation>> Conversations::list(
    store::ReadTxn& txn, const InboxFilter& filter, InboxOrder order,
    const std::optional<InboxPosition>& position, std::size_t limit) const {
  const store::TableId table = filter.assignee ? store::TableId::kAssigned : store::TableId::kInbox;
  const bool newest_first = order == InboxOrder::kNewestFirst;
  std::vector<ListedConversation> listed;
  for (const ConversationStatus status : kStatuses) {
    if (filter.status && *filter.status != status) {
      continue;
    }
    const Bytes prefix = order_prefix(filter.assignee, status);
    std::size_t found = 0;
    const auto take = [&](ByteView key, ByteView) -> Result<store::Step> {
      LK_TRY(const ListedConversation row, read_order_key(key, prefix.size()));
      listed.push_back(row);
      return ++found < limit ? store::Step::kContinue : store::Step::kStop;
    };
    const Bytes begin = position ? beyond(prefix, *position, order) : Bytes{};
    LK_TRY_VOID(newest_first ? txn.scan(table, prefix, begin, take)
                             : txn.scan_back(table, prefix, begin, take));
  }
  std::ranges::sort(listed, [&](const auto& a, const auto& b) {
    return newest_first ? newer(a, b) : newer(b, a);
  });
  if (listed.size() > limit) {
    listed.erase(listed.begin() + static_cast<std::ptrdiff_t>(limit), listed.end());
  }
  return listed;
}

}  // namespace leadkeep::inbox
