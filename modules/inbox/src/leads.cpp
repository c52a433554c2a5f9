#include "lead_index.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/inbox/erasures.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/privacy/normalise.h>
#include <leadkeep/store/table.h>

#include <algorithm>

namespace leadkeep::inbox {
namespace {

using store::IndexField;

constexpr store::Table<records::Lead> kLeads{store::TableId::kLeads};

// A record says whose it is: one that says anything else than its place is damaged.
Result<void> check_place(const records::Lead& lead, const LeadId& id) {
  if (lead.id() != id.raw()) {
    return fail(Errc::kCorrupt, "inbox: a lead is not the one of its row");
  }
  return {};
}

// Never in the place of one that is there: whoever asked for it takes another id.
Result<records::Lead> make_lead(store::WriteTxn& txn, const LeadId& id, Timestamp now) {
  LK_TRY(const auto there, kLeads.find(txn, id.bytes(), store::subject_key(id)));
  LK_TRY(const auto erased, Erasures{}.find(txn, id));
  if (there || erased) {
    return fail(Errc::kUnavailable, "inbox: the lead was known a moment ago");
  }
  records::Lead lead;
  lead.set_id(std::string{id.raw()});
  lead.set_created_ms(now.ms);
  LK_TRY(std::string handle, take_free_handle(txn, id));
  lead.set_handle(std::move(handle));
  return lead;
}

Result<void> meet_with(store::WriteTxn& txn, MetLead& met, records::Identifier::Kind kind,
                       const Value& value, Timestamp now) {
  if (!value) {
    return {};
  }
  LK_TRY(const Tied tied, tie(txn, met.lead, kind, *value, now));
  met.identifiers_added += tied == Tied::kNew ? 1U : 0U;
  if (tied == Tied::kOfAnother) {
    met.identifiers = MetLead::Identifiers::kConflict;
  }
  return {};
}

// Somebody known to WhatsApp is never taken for another one because people here say that both have a
// number.
bool has_written(const records::Lead& lead) {
  return std::ranges::any_of(lead.identifiers(), [](const records::Identifier& identifier) {
    return identifier.kind() == records::Identifier::KIND_WHATSAPP_ID ||
           identifier.kind() == records::Identifier::KIND_BSUID;
  });
}

// WhatsApp gave it, or it is the number of one that WhatsApp gave: it comes back with the next message.
bool is_of_whatsapp(const records::Lead& lead, const records::Identifier& identifier) {
  if (identifier.kind() == records::Identifier::KIND_EMAIL) {
    return false;
  }
  return identifier.kind() != records::Identifier::KIND_PHONE ||
         std::ranges::any_of(lead.identifiers(), [&](const records::Identifier& other) {
           const auto phone = other.kind() == records::Identifier::KIND_WHATSAPP_ID
                                  ? privacy::phone_of_whatsapp_id(Pii<std::string>{other.value()})
                                  : std::nullopt;
           return phone && phone->expose() == identifier.value();
         });
}

}  // namespace

Result<std::optional<LeadId>> Leads::find(store::ReadTxn& txn, const PersonSeen& person) const {
  LK_TRY(auto known, find_by(txn, IndexField::kWhatsAppId, person.whatsapp_id));
  if (!known) {
    LK_TRY(known, find_by(txn, IndexField::kBsuid, person.bsuid));
  }
  return known;
}

Result<std::optional<LeadId>> Leads::find_entered(store::ReadTxn& txn,
                                                  const PersonSeen& person) const {
  LK_TRY(const auto entered, find_by(txn, IndexField::kPhone, person.phone));
  LK_TRY(const auto lead,
         entered ? find(txn, *entered) : Result<std::optional<records::Lead>>{std::nullopt});
  return lead && !has_written(*lead) ? entered : std::nullopt;
}

Result<std::optional<records::Lead>> Leads::find(store::ReadTxn& txn, const LeadId& id) const {
  auto lead = kLeads.find(txn, id.bytes(), store::subject_key(id));
  // A lead without its key was erased: to everybody it is not there.
  if (!lead && lead.error().code == Errc::kNotFound) {
    return std::optional<records::Lead>{};
  }
  if (lead && lead.value()) {
    LK_TRY_VOID(check_place(*lead.value(), id));
  }
  return lead;
}

Result<std::optional<LeadId>> Leads::find_by_phone(store::ReadTxn& txn,
                                                   const Pii<std::string>& phone) const {
  return find_by(txn, IndexField::kPhone, phone);
}

Result<std::optional<LeadId>> Leads::find_by_email(store::ReadTxn& txn,
                                                   const Pii<std::string>& email) const {
  return find_by(txn, IndexField::kEmail, email);
}

Result<std::optional<LeadId>> Leads::find_by_handle(store::ReadTxn& txn,
                                                    std::string_view handle) const {
  return find_by(txn, IndexField::kHandle, Pii<std::string>{std::string{handle}});
}

Result<std::vector<LeadId>> Leads::find_by_name(store::ReadTxn& txn, const Pii<std::string>& name,
                                                std::size_t limit) const {
  LK_TRY(const auto found,
         store::BlindIndex{IndexField::kName}.find_all(txn, name.expose(), limit));
  return std::vector<LeadId>{found.begin(), found.end()};
}

Result<MetLead> Leads::meet(store::WriteTxn& txn, const PersonSeen& person, const LeadId& candidate,
                            Timestamp now) const {
  LK_SEEDED_NEED(if (person.whatsapp_id) { seeded::remember_phone(person.whatsapp_id->expose()); });
  MetLead met;
  LK_TRY(auto known, find(txn, person));
  if (!known) {
    LK_TRY(known, find_entered(txn, person));
  }
  records::Lead before;
  if (known) {
    LK_TRY(met.lead, kLeads.load(txn, known->bytes(), store::subject_key(*known)));
    LK_TRY_VOID(check_place(met.lead, *known));
    before = met.lead;
  } else {
    met.kind = MetLead::Kind::kNew;
    LK_TRY(met.lead, make_lead(txn, candidate, now));
  }
  LK_TRY_VOID(meet_with(txn, met, records::Identifier::KIND_WHATSAPP_ID, person.whatsapp_id, now));
  LK_TRY_VOID(meet_with(txn, met, records::Identifier::KIND_BSUID, person.bsuid, now));
  LK_TRY_VOID(meet_with(txn, met, records::Identifier::KIND_PHONE, person.phone, now));
  if (person.profile_name) {
    met.lead.set_profile_name(person.profile_name->expose());
    met.lead.set_masked_name(person.masked_name);
  }
  if (person.username) {
    met.lead.set_username(person.username->expose());
  }
  if (met.lead.SerializeAsString() != before.SerializeAsString()) {
    LK_TRY_VOID(index_names(txn, before, met.lead));
    met.content = MetLead::Content::kChanged;
    met.lead.set_version(met.lead.version() + 1);
  }
  return met;
}

Result<records::Lead> Leads::enter(store::WriteTxn& txn, const LeadId& id,
                                   const LeadChange& entered, Timestamp now) const {
  LK_TRY(records::Lead lead, make_lead(txn, id, now));
  LK_TRY_VOID(change(txn, lead, entered, now));
  return lead;
}

Result<void> Leads::change(store::WriteTxn& txn, records::Lead& lead, const LeadChange& change,
                           Timestamp now) const {
  const records::Lead before = lead;
  for (const IdentifierId& id : change.removed) {
    const auto found = std::ranges::find(lead.identifiers(), id.raw(), &records::Identifier::id);
    if (found == lead.identifiers().end()) {
      return fail(Errc::kInvalidInput, "inbox: the lead has no such identifier");
    }
    if (is_of_whatsapp(lead, *found)) {
      return fail(Errc::kConflict, "inbox: the identifier is WhatsApp's");
    }
    LK_TRY_VOID(untie(txn, lead, static_cast<int>(found - lead.identifiers().begin())));
  }
  if (change.name) {
    lead.set_entered_name(change.name->name.expose());
    lead.set_masked_entered_name(change.name->masked);
  }
  // Before it is looked up whose the new ones are, so that a refusal tells nothing of that.
  const auto identifiers = static_cast<std::size_t>(lead.identifiers_size()) + change.added.size();
  if (identifiers > kMostIdentifiers) {
    return fail(Errc::kInvalidInput, "inbox: the lead has too many identifiers");
  }
  if (identifiers == 0 && lead.entered_name().empty() && lead.profile_name().empty()) {
    return fail(Errc::kInvalidInput, "inbox: nothing would be known of the lead");
  }
  for (const auto& [kind, value] : change.added) {
    LK_TRY(const Tied tied, tie(txn, lead, kind, value, now));
    if (tied == Tied::kOfAnother) {
      return fail(Errc::kConflict, "inbox: the identifier belongs to another lead");
    }
  }
  if (lead.SerializeAsString() == before.SerializeAsString()) {
    return {};
  }
  LK_TRY_VOID(index_names(txn, before, lead));
  lead.set_version(lead.version() + 1);
  return save(txn, lead);
}

Result<void> Leads::save(store::WriteTxn& txn, const records::Lead& lead) const {
  const auto id = LeadId::from_bytes(as_bytes(lead.id()));
  LK_CHECK(id.has_value());
  return kLeads.put(txn, id->bytes(), store::subject_key(*id), lead);
}

Result<void> Leads::erase(store::WriteTxn& txn, const records::Lead& lead) const {
  const auto id = LeadId::from_bytes(as_bytes(lead.id()));
  LK_CHECK(id.has_value());
  LK_TRY_VOID(remove_from_indexes(txn, lead));
  return kLeads.erase(txn, id->bytes());
}

}  // namespace leadkeep::inbox
