#include "acting.h"
#include "stable_code.h"
#include "webhook_journal.h"

#include <leadkeep/consent/ledger.h>
#include <leadkeep/flow/erase_lead.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/erasures.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/messages.h>

namespace leadkeep::flow {
namespace {

using identity::Action;
using identity::Permit;

constexpr std::size_t kMessagesAtOnce = 500;  // bounds one write transaction
constexpr std::size_t kErasuresAtOnce = 100;
constexpr std::size_t kNotificationsAtOnce = 10'000;  // bounds one read

LeadId lead_of(const records::Erasure& erasure) {
  return LeadId::from_bytes(as_bytes(erasure.lead_id())).value_or(LeadId{});
}

std::optional<ConversationId> conversation_of(const records::Erasure& erasure) {
  return ConversationId::from_bytes(as_bytes(erasure.conversation_id()));
}

records::Erasure begin(const records::Lead& lead, const identity::Actor& actor, const Why& why,
                       Timestamp now) {
  records::Erasure erasure;
  erasure.set_lead_id(lead.id());
  erasure.set_conversation_id(lead.conversation_id());
  erasure.set_asked_ms(now.ms);
  erasure.set_asked_by(actor.agent ? std::string{actor.agent->raw()} : std::string{});
  erasure.set_reason(why.code);
  erasure.set_case_reference(why.case_reference.value_or(""));
  return erasure;
}

// As notifications name the person.
std::vector<std::string> names_in_journal(const records::Lead& lead) {
  std::vector<std::string> names;
  for (const records::Identifier& identifier : lead.identifiers()) {
    if (identifier.kind() == records::Identifier::KIND_WHATSAPP_ID ||
        identifier.kind() == records::Identifier::KIND_BSUID) {
      names.push_back(identifier.value());
    }
  }
  return names;
}

// Everything that the person is seen and found by.
Result<void> vanish(store::WriteTxn& txn, const records::Lead& lead,
                    const records::Erasure& erasure) {
  if (const auto id = conversation_of(erasure)) {
    const inbox::Conversations conversations;
    LK_TRY(const auto conversation, conversations.find(txn, *id));
    if (conversation) {
      LK_TRY_VOID(conversations.erase(txn, *conversation));
    }
    LK_TRY_VOID(delivery::Outbox{}.erase(txn, *id));
  }
  LK_TRY_VOID(consent::Ledger{}.erase(txn, lead_of(erasure)));
  LK_TRY_VOID(inbox::Leads{}.erase(txn, lead));
  const inbox::Erasures erasures;
  LK_TRY_VOID(erasures.keep_names(txn, lead_of(erasure), names_in_journal(lead)));
  return erasures.save(txn, erasure);
}

Fail no_such_lead() {
  return fail(Errc::kNotFound, "there is no such lead");
}

}  // namespace

Result<ErasureCertificate> EraseLead::erase(const Permit<Action::kErase>& permit, const LeadId& id,
                                            const Why& why) {
  const Timestamp now = m_house.clock.now();
  audit::Entry entry = entry_by(permit.actor(), audit::Act::kErased, audit::object_of(id));
  if (const auto checked = check_reason(why); !checked) {
    return refuse_on_record(m_house, entry, checked.error());
  }
  LK_TRY(const auto earlier, certificate(id));
  if (earlier) {
    LK_TRY_VOID(
        record(m_house, entry_by(permit.actor(), audit::Act::kErasureShown, audit::object_of(id))));
    return *earlier;
  }
  entry.reason = why.code;
  entry.case_reference = why.case_reference.value_or("");
  const auto begun =
      act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry&) -> Result<records::Erasure> {
        LK_TRY(const auto lead, inbox::Leads{}.find(txn, id));
        if (!lead) {
          return no_such_lead();
        }
        if (lead->has_hold()) {
          return fail(Errc::kConflict, "the lead is on hold");
        }
        const records::Erasure erasure = begin(*lead, permit.actor(), why, now);
        LK_TRY_VOID(vanish(txn, *lead, erasure));
        if (const auto conversation = conversation_of(erasure)) {
          audit::Entry of_conversation = entry;
          of_conversation.object = audit::object_of(*conversation);
          LK_TRY_VOID(audit::append(txn, of_conversation, now));
        }
        return erasure;
      });
  if (!begun && begun.error().code == Errc::kNotFound) {
    LK_TRY(const auto meanwhile, certificate(id));  // somebody else has asked for it as well
    return meanwhile ? Result{*meanwhile} : no_such_lead();
  }
  LK_TRY(const auto& erasure, begun);
  if (const auto conversation = conversation_of(erasure)) {
    m_house.feed.publish({{inbox::EventKind::kConversationErased, *conversation, std::nullopt}});
  }
  LK_TRY_VOID(finish(erasure, {}));
  LK_TRY(const auto done, certificate(id));
  return done ? Result{*done} : no_such_lead();
}

Result<bool> EraseLead::finish(const records::Erasure& begun, const std::stop_token& stop) {
  const std::scoped_lock turn{m_turn};
  const LeadId lead = lead_of(begun);
  const auto conversation = conversation_of(begun);
  const inbox::Erasures erasures;
  LK_TRY(const auto found,
         m_house.store.read([&](store::ReadTxn& txn) { return erasures.find(txn, lead); }));
  if (!found || found->gone_ms() != 0) {
    return false;
  }
  records::Erasure erasure = *found;
  for (bool is_more = conversation.has_value(); is_more;) {
    if (stop.stop_requested()) {
      return fail(Errc::kUnavailable, "erase: the daemon stops; it goes on later");
    }
    LK_TRY(erasure, m_house.store.write([&](store::WriteTxn& txn) -> Result<records::Erasure> {
      records::Erasure next = erasure;
      LK_TRY(const std::size_t removed,
             inbox::Messages{}.erase_some(txn, lead, *conversation, kMessagesAtOnce));
      next.set_messages(next.messages() + removed);
      is_more = removed == kMessagesAtOnce;
      if (!is_more) {
        LK_TRY_VOID(inbox::Conversations{}.erase_place(txn, {*conversation, lead}));
      }
      LK_TRY_VOID(erasures.save(txn, next));
      return next;
    }));
  }
  LK_TRY_VOID(remove_notifications(lead, stop));
  LK_TRY_VOID(m_house.store.destroy_key(store::subject_key(lead)));
  const Timestamp now = m_house.clock.now();
  LK_TRY_VOID(m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    records::Erasure done = erasure;
    done.set_gone_ms(now.ms);
    LK_TRY_VOID(erasures.forget_names(txn, lead));
    LK_TRY_VOID(erasures.save(txn, done));
    audit::Entry entry = entry_by(std::nullopt, audit::Act::kErasureDone, audit::object_of(lead));
    entry.items = done.messages();
    return audit::append(txn, entry, now);
  }));
  return true;
}

Result<void> EraseLead::remove_notifications(const LeadId& lead, const std::stop_token& stop) {
  LK_TRY(const auto names, m_house.store.read([&](store::ReadTxn& txn) {
    return inbox::Erasures{}.find_names(txn, lead);
  }));
  std::optional<Bytes> next{Bytes{}};
  while (next && !names.empty()) {
    if (stop.stop_requested()) {
      return fail(Errc::kUnavailable, "erase: the daemon stops; it goes on later");
    }
    LK_TRY(next, WebhookJournal::remove_about(m_house, names, *next, kNotificationsAtOnce));
  }
  return {};
}

Result<std::size_t> EraseLead::go_on(const std::stop_token& stop) {
  LK_TRY(const auto under_way, m_house.store.read([](store::ReadTxn& txn) {
    return inbox::Erasures{}.list_under_way(txn, kErasuresAtOnce);
  }));
  // One that cannot be finished is in nobody's way.
  Result<std::size_t> outcome{0};
  for (const records::Erasure& erasure : under_way) {
    const auto finished = finish(erasure, stop);
    if (!finished) {
      outcome = Fail{finished.error()};
    } else if (outcome) {
      outcome.value() += finished.value() ? 1U : 0U;
    }
  }
  return outcome;
}

Result<ErasureCertificate> EraseLead::show(const Permit<Action::kErase>& permit, const LeadId& id) {
  const audit::Entry entry =
      entry_by(permit.actor(), audit::Act::kErasureShown, audit::object_of(id));
  LK_TRY(const auto found, certificate(id));
  if (!found) {
    return refuse_on_record(m_house, entry, no_such_lead().error);
  }
  LK_TRY_VOID(record(m_house, entry));
  return *found;
}

Result<std::optional<ErasureCertificate>> EraseLead::certificate(const LeadId& id) {
  LK_TRY(const auto erasure,
         m_house.store.read([&](store::ReadTxn& txn) { return inbox::Erasures{}.find(txn, id); }));
  if (!erasure) {
    return std::optional<ErasureCertificate>{};
  }
  ErasureCertificate out;
  out.lead = id;
  out.asked_at = Timestamp{erasure->asked_ms()};
  out.asked_by = AgentId::from_bytes(as_bytes(erasure->asked_by()));
  out.why.code = erasure->reason();
  if (!erasure->case_reference().empty()) {
    out.why.case_reference = erasure->case_reference();
  }
  out.messages = erasure->messages();
  out.notifications_until = WebhookJournal::kept_until(out.asked_at, m_journal);
  if (erasure->gone_ms() != 0) {
    out.data_gone_at = Timestamp{erasure->gone_ms()};
  }
  const store::KeyStore& keys = m_house.store.keys();
  LK_TRY(const auto destroyed, keys.find_destroyed(store::subject_key(id)));
  if (destroyed) {
    out.key_gone_at = destroyed->at;
    LK_TRY(out.epoch_over_at, keys.find_end(destroyed->epoch));
  }
  return std::optional{std::move(out)};
}

}  // namespace leadkeep::flow
