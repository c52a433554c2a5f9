#include "acting.h"
#include "make_once.h"
#include "outgoing_text.h"
#include "show_conversation.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/work_conversation.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/messages.h>
#include <leadkeep/privacy/mask.h>

namespace leadkeep::flow {
namespace {

// Tags are shown to everybody as they are, so they must not carry what a masked viewer may not see.
Result<void> check_tags(const std::vector<std::string>& tags, const privacy::Region& region) {
  const bool usable = tags.size() <= kMaxTags && std::ranges::all_of(tags, [&](const auto& tag) {
                        return !tag.empty() && tag.size() <= kMaxTagBytes && is_valid_utf8(tag) &&
                               may_be_shown_to_all(tag, region);
                      });
  return usable ? Result<void>{}
                : fail(Errc::kInvalidInput,
                       "at most 20 tags of 1 to 64 bytes of printable text without contact data");
}

std::string what_changes(const ConversationChange& change) {
  std::string out;
  if (change.status) {
    out += "status_" + std::string{inbox::name_of(*change.status)} + " ";
  }
  if (change.assignee) {
    const auto* agent = std::get_if<AgentId>(&*change.assignee);
    out += "assignee_" + (agent != nullptr ? agent->text() : std::string{"nobody"}) + " ";
  }
  if (change.tags) {
    out += "tags ";
  }
  return std::string{trim(out)};
}

// Taking what nobody has and giving back one's own is everybody's; the rest needs the right to
// assign others.
Result<void> check_assignment(store::WriteTxn& txn, House& house, const AgentId& actor,
                              identity::Verdict may_assign_others,
                              const records::Conversation& conversation,
                              const std::variant<AgentId, Nobody>& to) {
  const auto holder = AgentId::from_bytes(as_bytes(conversation.assignee()));
  const auto* agent = std::get_if<AgentId>(&to);
  const bool takes_free_one = agent != nullptr && *agent == actor && (!holder || *holder == actor);
  const bool gives_own_back = agent == nullptr && (!holder || *holder == actor);
  if (!takes_free_one && !gives_own_back && may_assign_others != identity::Verdict::kAllowed) {
    return fail(Errc::kForbidden, "policy: assign_others");
  }
  if (agent != nullptr) {
    LK_TRY(const auto known, identity::LocalDirectory{house.store}.find(txn, *agent));
    if (!known || known->state != identity::AgentSummary::State::kActive) {
      return fail(Errc::kNotFound, "there is no such agent");
    }
  }
  return {};
}

}  // namespace

Result<inbox::MaskedConversation> WorkConversation::change(
    const identity::Permit<identity::Action::kChangeConversation>& permit,
    identity::Verdict may_assign_others, const ConversationId& id, std::uint64_t expected_version,
    const ConversationChange& change) {
  const audit::Entry entry =
      entry_by(permit.actor(), audit::Act::kConversationChanged, audit::object_of(id));
  auto shown = act(
      m_house, entry,
      [&](store::WriteTxn& txn, audit::Entry& done) -> Result<inbox::MaskedConversation> {
        done.reason = what_changes(change);
        const inbox::Conversations conversations;
        LK_TRY(auto conversation, conversations.find(txn, id));
        if (!conversation) {
          return no_conversation();
        }
        if (conversation->version() != expected_version) {
          return fail(Errc::kPreconditionFailed, "the conversation has changed");
        }
        const records::Conversation before = *conversation;
        if (change.status) {
          conversation->set_status(static_cast<records::Conversation::Status>(*change.status));
        }
        if (change.assignee) {
          LK_TRY_VOID(check_assignment(txn, m_house, permit.agent(), may_assign_others, before,
                                       *change.assignee));
          const auto* agent = std::get_if<AgentId>(&*change.assignee);
          conversation->set_assignee(agent != nullptr ? std::string{agent->raw()} : std::string{});
        }
        if (change.tags) {
          LK_TRY_VOID(check_tags(*change.tags, m_house.region));
          conversation->clear_tags();
          for (const std::string& tag : *change.tags) {
            conversation->add_tags(tag);
          }
        }
        conversation->set_version(conversation->version() + 1);
        LK_TRY_VOID(conversations.save(txn, before, *conversation));
        return show_conversation(txn, *conversation, permit.viewer());
      });
  if (shown) {
    m_house.feed.publish({{inbox::EventKind::kConversationChanged, id, std::nullopt}});
  }
  return shown;
}

Result<MessageId> WorkConversation::add_note(
    const identity::Permit<identity::Action::kWriteNote>& permit, const ConversationId& id,
    const Pii<std::string>& text, const std::optional<RepeatGuard>& guard) {
  const Timestamp now = m_house.clock.now();
  const AgentId author = permit.agent();
  const audit::Entry entry = entry_by(permit.actor(), audit::Act::kNote, audit::object_of(id));
  if (auto usable = check_text(text); !usable) {
    record_refusal(m_house, entry, name_of(usable.error().code));
    return Fail{std::move(usable).error()};
  }
  const auto fresh = crypto::new_id<MessageId>(now);
  const records::Message written =
      write_message(m_house, fresh, author, records::Message::DIRECTION_NOTE, text, now);
  const auto write = [&](store::WriteTxn& txn) -> Result<MessageId> {
    const inbox::Conversations conversations;
    LK_TRY(auto conversation, conversations.find(txn, id));
    if (!conversation) {
      return no_conversation();
    }
    const records::Conversation before = *conversation;
    records::Message message = written;
    LK_TRY_VOID(inbox::Messages{}.add(txn, *conversation, message));
    LK_TRY_VOID(conversations.save(txn, before, *conversation));
    return fresh;
  };
  auto noted =
      act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<MessageId> {
        LK_TRY(const auto note,
               make_once<MessageId>(txn, author, guard, now, done, [&] { return write(txn); }));
        done.object = audit::object_of(note);
        return note;
      });
  if (noted) {
    m_house.feed.publish({{inbox::EventKind::kMessageChanged, id, noted.value()}});
  }
  return noted;
}

}  // namespace leadkeep::flow
