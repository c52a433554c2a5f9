#include "acting.h"
#include "cursor.h"
#include "show_conversation.h"

#include <leadkeep/flow/show_inbox.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/messages.h>
#include <leadkeep/inbox/show.h>
#include <leadkeep/privacy/normalise.h>

namespace leadkeep::flow {
namespace {

using identity::Action;
using identity::Permit;
using identity::Viewer;
using store::ReadTxn;

std::size_t bounded(std::size_t limit) {
  return std::clamp<std::size_t>(limit, 1, kMaxPage);
}

inbox::InboxFilter filter_of(const InboxQuery& query) {
  inbox::InboxFilter filter;
  filter.status = query.status;
  if (query.assignee) {
    const auto* agent = std::get_if<AgentId>(&*query.assignee);
    filter.assignee = agent != nullptr ? std::optional{*agent} : std::nullopt;
  }
  return filter;
}

// One conversation among others. One whose lead is gone, or that does not open, must not hide them.
Result<std::optional<inbox::MaskedConversation>> show_among_others(
    ReadTxn& txn, const ConversationId& id, Result<records::Conversation> conversation,
    const Viewer& viewer) {
  using Shown = std::optional<inbox::MaskedConversation>;
  auto shown = conversation ? show_conversation(txn, conversation.value(), viewer)
                            : Result<inbox::MaskedConversation>{Fail{conversation.error()}};
  if (shown) {
    return Shown{std::move(shown).value()};
  }
  switch (shown.error().code) {
    case Errc::kNotFound:
      return Shown{};
    case Errc::kCorrupt:
      log_error("CONVERSATION_UNREADABLE", Field{"conversation", id},
                Field{"reason", Reason{shown.error()}});
      return Shown{};
    default:
      return Fail{std::move(shown).error()};
  }
}

Result<records::Conversation> present(Result<std::optional<records::Conversation>> found) {
  return found ? Result{std::move(*found.value())} : Fail{std::move(found).error()};
}

bool is_wanted(const records::Conversation& conversation, const InboxQuery& query) {
  return (!query.unread || *query.unread == (conversation.unread() > 0)) &&
         (!query.tag ||
          std::ranges::find(conversation.tags(), *query.tag) != conversation.tags().end());
}

// Looks at rows in their order until there are enough.
Result<Page<inbox::MaskedConversation>> fill_page(ReadTxn& txn, const InboxQuery& query,
                                                  const Viewer& viewer) {
  const std::size_t limit = bounded(query.limit);
  const bool looks_for_some = query.tag || query.unread;
  const std::size_t most = looks_for_some ? kMaxLookedAt : limit;
  LK_TRY(auto position, read_inbox_cursor(query.cursor, query.order));
  const inbox::Conversations conversations;
  Page<inbox::MaskedConversation> page;
  for (std::size_t looked_at = 0; looked_at < most && page.items.size() < limit;) {
    const std::size_t batch = std::min(looks_for_some ? kMaxPage : limit, most - looked_at);
    LK_TRY(const auto rows,
           conversations.list(txn, filter_of(query), query.order, position, batch + 1));
    for (std::size_t i = 0; i < std::min(batch, rows.size()) && page.items.size() < limit; ++i) {
      const auto& row = rows[i];
      position = row.position;
      ++looked_at;
      page.next_cursor = i + 1 < rows.size()
                             ? std::optional{make_inbox_cursor(row.position, query.order)}
                             : std::nullopt;
      auto conversation = conversations.load(txn, {row.position.conversation, row.lead});
      if (conversation && !is_wanted(conversation.value(), query)) {
        continue;
      }
      LK_TRY(auto item,
             show_among_others(txn, row.position.conversation, std::move(conversation), viewer));
      if (item) {
        page.items.push_back(std::move(*item));
      }
    }
    if (rows.size() <= batch) {
      break;
    }
  }
  return page;
}

// The entry becomes durable before anything that was read is released.
Result<void> put_on_record(House& house, const identity::Actor& actor, audit::Act act,
                           const audit::Object& object, std::size_t items) {
  audit::Entry entry = entry_by(actor, act, object);
  entry.items = items;
  return record(house, entry);
}

// The same for objects that were named: one entry for each, also for those that are not there.
template <class IdType, class View, class IdOf>
Result<void> put_each_on_record(House& house, const identity::Actor& actor, audit::Act act,
                                const std::vector<IdType>& ids, const std::vector<View>& shown,
                                IdOf id_of) {
  const Timestamp now = house.clock.now();
  return house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    for (const IdType& id : ids) {
      audit::Entry entry = entry_by(actor, act, audit::object_of(id));
      if (std::ranges::find(shown, id, id_of) != shown.end()) {
        entry.items = 1;
      } else {
        entry.outcome = audit::Outcome::kRefused;
        entry.reason = std::string{name_of(Errc::kNotFound)};
      }
      LK_TRY_VOID(audit::append(txn, entry, now));
    }
    return {};
  });
}

// What was refused to be read is on record as well.
template <class T>
Result<T> refused(House& house, const identity::Actor& actor, audit::Act act,
                  const audit::Object& object, Error error) {
  if (is_refusal(error.code)) {
    record_refusal(house, entry_by(actor, act, object), name_of(error.code));
  }
  return Fail{std::move(error)};
}

// What a viewer must not have hidden to search by it; nothing: everybody may.
std::optional<identity::FieldClass> field_of(LeadQuery::By by) {
  switch (by) {
    case LeadQuery::By::kPhone:
      return identity::FieldClass::kPhone;
    case LeadQuery::By::kEmail:
      return identity::FieldClass::kEmail;
    case LeadQuery::By::kName:
      return identity::FieldClass::kProfileName;
    case LeadQuery::By::kHandle:
      break;
  }
  return std::nullopt;
}

std::optional<Pii<std::string>> normalised(const LeadQuery& query, const privacy::Region& region) {
  switch (query.by) {
    case LeadQuery::By::kPhone:
      return privacy::normalise_phone(query.value.expose(), region);
    case LeadQuery::By::kEmail:
      return privacy::normalise_email(query.value.expose());
    case LeadQuery::By::kName:
      return privacy::normalise_name(query.value.expose());
    case LeadQuery::By::kHandle:
      break;
  }
  return query.value;
}

Result<std::vector<LeadId>> find_leads(ReadTxn& txn, LeadQuery::By by,
                                       const Pii<std::string>& value) {
  const inbox::Leads leads;
  if (by == LeadQuery::By::kName) {
    return leads.find_by_name(txn, value, kMaxBatch);
  }
  LK_TRY(const auto id, by == LeadQuery::By::kPhone   ? leads.find_by_phone(txn, value)
                        : by == LeadQuery::By::kEmail ? leads.find_by_email(txn, value)
                                                      : leads.find_by_handle(txn, value.expose()));
  return id ? std::vector<LeadId>{*id} : std::vector<LeadId>{};
}

// Once somebody has seen the newest message, nothing is unread; the change and the entry of the
// reading commit together.
Result<bool> mark_read(store::WriteTxn& txn, const ConversationId& id, std::uint64_t seen_seq) {
  const inbox::Conversations conversations;
  LK_TRY(auto conversation, conversations.find(txn, id));
  if (!conversation || conversation->unread() == 0 || conversation->last_seq() != seen_seq) {
    return false;
  }
  const records::Conversation before = *conversation;
  conversation->set_unread(0);
  LK_TRY_VOID(conversations.save(txn, before, *conversation));
  return true;
}

}  // namespace

Result<Page<inbox::MaskedConversation>> ShowInbox::conversations(
    const Permit<Action::kReadInbox>& permit, const InboxQuery& query) {
  using List = Page<inbox::MaskedConversation>;
  auto page =
      m_house.store.read([&](ReadTxn& txn) { return fill_page(txn, query, permit.viewer()); });
  if (!page) {
    return refused<List>(m_house, permit.actor(), audit::Act::kReadInbox, {}, page.error());
  }
  LK_TRY_VOID(put_on_record(m_house, permit.actor(), audit::Act::kReadInbox, {},
                            page.value().items.size()));
  return page;
}

Result<std::vector<inbox::MaskedConversation>> ShowInbox::named_conversations(
    const Permit<Action::kReadInbox>& permit, const std::vector<ConversationId>& ids) {
  using Shown = std::vector<inbox::MaskedConversation>;
  auto shown = m_house.store.read([&](ReadTxn& txn) -> Result<Shown> {
    Shown all;
    for (const ConversationId& id : ids) {
      auto found = inbox::Conversations{}.find(txn, id);
      if (found && !found.value()) {
        continue;
      }
      LK_TRY(auto one, show_among_others(txn, id, present(std::move(found)), permit.viewer()));
      if (one) {
        all.push_back(std::move(*one));
      }
    }
    return all;
  });
  if (!shown) {
    return shown;
  }
  LK_TRY_VOID(put_each_on_record(m_house, permit.actor(), audit::Act::kReadConversation, ids,
                                 shown.value(),
                                 [](const inbox::MaskedConversation& one) { return one.id(); }));
  return shown;
}

Result<inbox::MaskedConversation> ShowInbox::conversation(
    const Permit<Action::kReadConversation>& permit, const ConversationId& id) {
  auto shown = m_house.store.read([&](ReadTxn& txn) -> Result<inbox::MaskedConversation> {
    LK_TRY(const auto conversation, inbox::Conversations{}.find(txn, id));
    if (!conversation) {
      return no_conversation();
    }
    return show_conversation(txn, *conversation, permit.viewer());
  });
  if (!shown) {
    return refused<inbox::MaskedConversation>(m_house, permit.actor(),
                                              audit::Act::kReadConversation, audit::object_of(id),
                                              shown.error());
  }
  LK_TRY_VOID(put_on_record(m_house, permit.actor(), audit::Act::kReadConversation,
                            audit::object_of(id), 1));
  return shown;
}

Result<Page<inbox::MaskedMessage>> ShowInbox::messages(
    const Permit<Action::kReadConversation>& permit, const ConversationId& id,
    const MessageQuery& query) {
  using List = Page<inbox::MaskedMessage>;
  const std::size_t limit = bounded(query.limit);
  std::uint64_t newest = 0;
  auto page = m_house.store.read([&](ReadTxn& txn) -> Result<List> {
    LK_TRY(const std::uint64_t from, read_message_cursor(query.cursor, id, query.order));
    LK_TRY(const auto conversation, inbox::Conversations{}.find(txn, id));
    if (!conversation) {
      return no_conversation();
    }
    newest = conversation->last_seq();
    List list;
    list.items.reserve(limit);
    const auto show = [&](const records::Message& message) {
      if (list.items.size() < limit) {
        list.items.push_back(inbox::Showing::message(message, permit.viewer()));
      } else {
        list.next_cursor = make_message_cursor(id, list.items.back().seq(), query.order);
      }
    };
    const LeadId lead = inbox::lead_of(*conversation);
    const inbox::Messages messages;
    LK_TRY_VOID(query.order == MessageQuery::Order::kNewestFirst
                    ? messages.walk_back(txn, lead, id, from, limit + 1, show)
                    : messages.walk(txn, lead, id, from, limit + 1, show));
    return list;
  });
  if (!page) {
    return refused<List>(m_house, permit.actor(), audit::Act::kReadMessages, audit::object_of(id),
                         page.error());
  }
  // A program by itself is nobody who has read it.
  const bool has_seen_newest =
      permit.actor().agent && query.purpose == MessageQuery::For::kReading &&
      std::ranges::any_of(page.value().items,
                          [&](const auto& message) { return message.seq() == newest; });
  audit::Entry entry = entry_by(permit.actor(), audit::Act::kReadMessages, audit::object_of(id));
  entry.items = page.value().items.size();
  LK_TRY(const bool marked, act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry&) {
           return has_seen_newest ? mark_read(txn, id, newest) : Result<bool>{false};
         }));
  if (marked) {
    m_house.feed.publish({{inbox::EventKind::kConversationChanged, id, std::nullopt}});
  }
  return page;
}

Result<inbox::MaskedLead> ShowInbox::lead(const Permit<Action::kReadLead>& permit,
                                          const LeadId& id) {
  auto shown = m_house.store.read([&](ReadTxn& txn) -> Result<inbox::MaskedLead> {
    LK_TRY(const auto lead, inbox::Leads{}.find(txn, id));
    if (!lead) {
      return fail(Errc::kNotFound, "there is no such lead");
    }
    return inbox::Showing::lead(*lead, permit.viewer());
  });
  if (!shown) {
    return refused<inbox::MaskedLead>(m_house, permit.actor(), audit::Act::kReadLead,
                                      audit::object_of(id), shown.error());
  }
  LK_TRY_VOID(
      put_on_record(m_house, permit.actor(), audit::Act::kReadLead, audit::object_of(id), 1));
  return shown;
}

Result<std::vector<inbox::MaskedLead>> ShowInbox::named_leads(
    const Permit<Action::kReadLead>& permit, const std::vector<LeadId>& ids) {
  using Shown = std::vector<inbox::MaskedLead>;
  auto shown = m_house.store.read([&](ReadTxn& txn) -> Result<Shown> {
    Shown all;
    for (const LeadId& id : ids) {
      auto lead = inbox::Leads{}.find(txn, id);
      if (!lead && lead.error().code == Errc::kCorrupt) {
        log_error("LEAD_UNREADABLE", Field{"lead", id}, Field{"reason", Reason{lead.error()}});
        continue;
      }
      LK_TRY(const auto found, std::move(lead));
      if (found) {
        all.push_back(inbox::Showing::lead(*found, permit.viewer()));
      }
    }
    return all;
  });
  if (!shown) {
    return shown;
  }
  LK_TRY_VOID(put_each_on_record(m_house, permit.actor(), audit::Act::kReadLead, ids, shown.value(),
                                 [](const inbox::MaskedLead& one) { return one.summary().id; }));
  return shown;
}

Result<std::vector<inbox::MaskedLead>> ShowInbox::search_leads(
    const Permit<Action::kReadLead>& permit, const LeadQuery& query) {
  using Shown = std::vector<inbox::MaskedLead>;
  const identity::Actor& actor = permit.actor();
  const auto refuse = [&](Error error) {
    return refused<Shown>(m_house, actor, audit::Act::kReadLead, {}, std::move(error));
  };
  const auto field = field_of(query.by);
  if (field && permit.viewer().sees(*field) == identity::Visibility::kHidden) {
    return refuse({Errc::kForbidden, "leads: this is not shown here"});
  }
  const auto value = normalised(query, m_house.region);
  if (!value) {
    return refuse({Errc::kInvalidInput, "leads: nothing that a lead is found by"});
  }
  // Names and handles are what everybody sees who may search.
  const bool is_guess = query.by == LeadQuery::By::kPhone || query.by == LeadQuery::By::kEmail;
  const auto find = [&] {
    return m_house.store.read([&](ReadTxn& txn) { return find_leads(txn, query.by, *value); });
  };
  const auto found =
      is_guess ? m_guesses.count(actor, m_house.clock.now(), find,
                                 [](const auto& ids) { return ids && ids.value().empty(); })
               : find();
  if (!found && found.error().code == Errc::kTooManyRequests) {
    return refuse(found.error());
  }
  LK_TRY(const auto& ids, found);
  if (!ids.empty()) {
    return named_leads(permit, ids);
  }
  record_refusal(m_house, entry_by(actor, audit::Act::kReadLead), name_of(Errc::kNotFound));
  return Shown{};
}

Result<void> ShowInbox::follow(const Permit<Action::kFollowEvents>& permit) {
  return put_on_record(m_house, permit.actor(), audit::Act::kEventsFollowed, {}, 0);
}

}  // namespace leadkeep::flow
