#include "acting.h"
#include "cursor.h"
#include "show_conversation.h"

#include <leadkeep/flow/show_inbox.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/messages.h>
#include <leadkeep/inbox/show.h>

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

// One row of a list. A conversation whose lead is gone, or that does not open, must not hide the
// others.
Result<std::optional<inbox::MaskedConversation>> show_listed(ReadTxn& txn,
                                                             const inbox::ListedConversation& row,
                                                             const Viewer& viewer) {
  using Shown = std::optional<inbox::MaskedConversation>;
  auto conversation = inbox::Conversations{}.load(txn, {row.position.conversation, row.lead});
  auto shown = conversation ? show_conversation(txn, conversation.value(), viewer)
                            : Result<inbox::MaskedConversation>{Fail{conversation.error()}};
  if (shown) {
    return Shown{std::move(shown).value()};
  }
  switch (shown.error().code) {
    case Errc::kNotFound:
      return Shown{};
    case Errc::kCorrupt:
      log_error("CONVERSATION_UNREADABLE", Field{"conversation", row.position.conversation},
                Field{"reason", Reason{shown.error()}});
      return Shown{};
    default:
      return Fail{std::move(shown).error()};
  }
}

// The entry becomes durable before anything that was read is released.
Result<void> put_on_record(House& house, const identity::Actor& actor, audit::Act act,
                           const audit::Object& object, std::size_t items) {
  audit::Entry entry = entry_by(actor, act, object);
  entry.items = items;
  return record(house, entry);
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

// Once somebody reads the newest page, nothing of it is unread; the change and the entry of the
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
  const std::size_t limit = bounded(query.limit);
  auto page = m_house.store.read([&](ReadTxn& txn) -> Result<List> {
    LK_TRY(const auto position, read_inbox_cursor(query.cursor));
    const inbox::Conversations conversations;
    LK_TRY(const auto listed, conversations.list(txn, filter_of(query), position, limit + 1));
    List list;
    const std::size_t shown_rows = std::min(limit, listed.size());
    for (std::size_t i = 0; i < shown_rows; ++i) {
      LK_TRY(const auto item, show_listed(txn, listed[i], permit.viewer()));
      if (item) {
        list.items.push_back(*item);
      }
    }
    if (listed.size() > limit) {
      list.next_cursor = make_inbox_cursor(listed[limit - 1].position);
    }
    return list;
  });
  if (!page) {
    return refused<List>(m_house, permit.actor(), audit::Act::kReadInbox, {}, page.error());
  }
  LK_TRY_VOID(put_on_record(m_house, permit.actor(), audit::Act::kReadInbox, {},
                            page.value().items.size()));
  return page;
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
  auto page = m_house.store.read([&](ReadTxn& txn) -> Result<List> {
    LK_TRY(const std::uint64_t before, read_message_cursor(query.cursor, id));
    LK_TRY(const auto conversation, inbox::Conversations{}.find(txn, id));
    if (!conversation) {
      return no_conversation();
    }
    List list;
    list.items.reserve(limit);
    LK_TRY_VOID(inbox::Messages{}.walk_back(
        txn, inbox::lead_of(*conversation), id, before, limit + 1,
        [&](const records::Message& message) {
          if (list.items.size() < limit) {
            list.items.push_back(inbox::Showing::message(message, permit.viewer()));
          } else {
            list.next_cursor = make_message_cursor(id, list.items.back().seq());
          }
        }));
    return list;
  });
  if (!page) {
    return refused<List>(m_house, permit.actor(), audit::Act::kReadMessages, audit::object_of(id),
                         page.error());
  }
  // A program by itself is nobody who has read it.
  const bool somebody_reads = permit.actor().agent && query.cursor.empty();
  const std::uint64_t newest =
      somebody_reads && !page.value().items.empty() ? page.value().items.front().seq() : 0;
  audit::Entry entry = entry_by(permit.actor(), audit::Act::kReadMessages, audit::object_of(id));
  entry.items = page.value().items.size();
  LK_TRY(const bool marked, act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry&) {
           return newest == 0 ? Result<bool>{false} : mark_read(txn, id, newest);
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

Result<void> ShowInbox::follow(const Permit<Action::kFollowEvents>& permit) {
  return put_on_record(m_house, permit.actor(), audit::Act::kEventsFollowed, {}, 0);
}

}  // namespace leadkeep::flow
