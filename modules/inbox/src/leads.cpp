#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/privacy/handle.h>
#include <leadkeep/store/blind_index.h>
#include <leadkeep/store/table.h>

#include <algorithm>
#include <chrono>

namespace leadkeep::inbox {
namespace {

using store::BlindIndex;
using store::IndexField;

constexpr store::Table<records::Lead> kLeads{store::TableId::kLeads};
constexpr int kHandleTries = 64;
constexpr std::chrono::hours kSeenAgainAfter{1};

// A record says whose it is: one that says anything else than its place is damaged.
Result<void> check_place(const records::Lead& lead, const LeadId& id) {
  if (lead.id() != id.raw()) {
    return fail(Errc::kCorrupt, "inbox: a lead is not the one of its row");
  }
  return {};
}

// An index row of a lead whose key is gone leads nowhere: the person is a new lead.
Result<std::optional<LeadId>> find_by(store::ReadTxn& txn, IndexField field,
                                      const std::optional<Pii<std::string>>& value) {
  if (!value) {
    return std::optional<LeadId>{};
  }
  LK_TRY(const auto id, BlindIndex{field}.find(txn, value->expose()));
  if (!id) {
    return std::optional<LeadId>{};
  }
  const LeadId lead{*id};
  const auto key = txn.keys().find(store::subject_key(lead));
  if (!key && key.error().code == Errc::kNotFound) {
    return std::optional<LeadId>{};
  }
  return std::optional{lead};
}

Result<std::string> take_free_handle(store::WriteTxn& txn, const LeadId& lead) {
  const BlindIndex handles{IndexField::kHandle};
  for (int i = 0; i < kHandleTries; ++i) {
    ByteArray<8> random{};
    crypto::fill_random(random);
    std::string handle = privacy::make_handle(random);
    LK_TRY(const auto taken, handles.find(txn, handle));
    if (!taken) {
      LK_TRY_VOID(handles.add(txn, handle, lead.bytes()));
      return handle;
    }
  }
  return fail(Errc::kInternal, "inbox: no free handle was found");
}

// The time of last use only has to tell which of several identifiers is the newest: it is not worth
// a write for every message.
bool is_worth_refreshing(const records::Lead& lead, const records::Identifier& known,
                         Timestamp now) {
  return now - Timestamp{known.last_seen_ms()} >= kSeenAgainAfter ||
         std::ranges::any_of(lead.identifiers(), [&](const records::Identifier& other) {
           return &other != &known && other.kind() == known.kind() &&
                  other.last_seen_ms() >= known.last_seen_ms();
         });
}

// Adds the identifier, or refreshes when it was last seen. Returns whether it is new.
enum class Noted { kNew, kSeenBefore };

Noted note_identifier(records::Lead& lead, records::Identifier::Kind kind,
                      const Pii<std::string>& value, Timestamp now) {
  for (records::Identifier& known : *lead.mutable_identifiers()) {
    if (known.kind() == kind && known.value() == value.expose()) {
      if (is_worth_refreshing(lead, known, now)) {
        known.set_last_seen_ms(std::max(known.last_seen_ms(), now.ms));
      }
      return Noted::kSeenBefore;
    }
  }
  const auto id = crypto::new_id<IdentifierId>(now);
  records::Identifier& fresh = *lead.add_identifiers();
  fresh.set_id(std::string{id.raw()});
  fresh.set_kind(kind);
  fresh.set_value(value.expose());
  fresh.set_first_seen_ms(now.ms);
  fresh.set_last_seen_ms(now.ms);
  return Noted::kNew;
}

// Ties one identifier to the lead, unless it belongs to another one.
Result<void> tie(store::WriteTxn& txn, MetLead& met, const LeadId& id, IndexField field,
                 records::Identifier::Kind kind, const std::optional<Pii<std::string>>& value,
                 Timestamp now) {
  if (!value) {
    return {};
  }
  LK_TRY(const auto owner, find_by(txn, field, value));
  if (owner && *owner != id) {
    met.identifiers = MetLead::Identifiers::kConflict;
    return {};
  }
  if (!owner) {
    const BlindIndex index{field};
    LK_TRY(const auto stale, index.find(txn, value->expose()));
    if (stale) {
      LK_TRY_VOID(index.remove(txn, value->expose(), *stale));
    }
    LK_TRY_VOID(index.add(txn, value->expose(), id.bytes()));
  }
  if (note_identifier(met.lead, kind, *value, now) == Noted::kNew) {
    ++met.identifiers_added;
  }
  return {};
}

}  // namespace

Result<std::optional<LeadId>> Leads::find(store::ReadTxn& txn, const PersonSeen& person) const {
  LK_TRY(const auto by_whatsapp, find_by(txn, IndexField::kWhatsAppId, person.whatsapp_id));
  if (by_whatsapp) {
    return by_whatsapp;
  }
  return find_by(txn, IndexField::kBsuid, person.bsuid);
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

Result<std::optional<LeadId>> Leads::find_by_handle(store::ReadTxn& txn,
                                                    std::string_view handle) const {
  return find_by(txn, IndexField::kHandle, Pii<std::string>{std::string{handle}});
}

Result<MetLead> Leads::meet(store::WriteTxn& txn, const PersonSeen& person, const LeadId& candidate,
                            Timestamp now) const {
  LK_SEEDED_NEED(if (person.whatsapp_id) { seeded::remember_phone(person.whatsapp_id->expose()); });
  MetLead met;
  LK_TRY(const auto known, find(txn, person));
  const LeadId id = known.value_or(candidate);
  std::string before;
  if (known) {
    LK_TRY(met.lead, kLeads.load(txn, id.bytes(), store::subject_key(id)));
    LK_TRY_VOID(check_place(met.lead, id));
    before = met.lead.SerializeAsString();
  } else {
    met.kind = MetLead::Kind::kNew;
    met.lead.set_id(std::string{id.raw()});
    met.lead.set_created_ms(now.ms);
    LK_TRY(std::string handle, take_free_handle(txn, id));
    met.lead.set_handle(std::move(handle));
  }
  LK_TRY_VOID(tie(txn, met, id, IndexField::kWhatsAppId, records::Identifier::KIND_WHATSAPP_ID,
                  person.whatsapp_id, now));
  LK_TRY_VOID(
      tie(txn, met, id, IndexField::kBsuid, records::Identifier::KIND_BSUID, person.bsuid, now));
  LK_TRY_VOID(
      tie(txn, met, id, IndexField::kPhone, records::Identifier::KIND_PHONE, person.phone, now));
  if (person.profile_name) {
    met.lead.set_profile_name(person.profile_name->expose());
    met.lead.set_masked_name(person.masked_name);
  }
  if (person.username) {
    met.lead.set_username(person.username->expose());
  }
  if (met.lead.SerializeAsString() != before) {
    met.content = MetLead::Content::kChanged;
    met.lead.set_version(met.lead.version() + 1);
  }
  return met;
}

Result<void> Leads::save(store::WriteTxn& txn, const records::Lead& lead) const {
  const auto id = LeadId::from_bytes(as_bytes(lead.id()));
  LK_CHECK(id.has_value());
  return kLeads.put(txn, id->bytes(), store::subject_key(*id), lead);
}

}  // namespace leadkeep::inbox
