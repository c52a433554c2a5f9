#include "lead_index.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/privacy/handle.h>
#include <leadkeep/privacy/normalise.h>

#include <algorithm>
#include <chrono>
#include <set>

namespace leadkeep::inbox {
namespace {

using store::BlindIndex;
using store::IndexField;

constexpr int kHandleTries = 64;
constexpr std::chrono::hours kSeenAgainAfter{1};

IndexField field_of(records::Identifier::Kind kind) {
  switch (kind) {
    case records::Identifier::KIND_WHATSAPP_ID:
      return IndexField::kWhatsAppId;
    case records::Identifier::KIND_BSUID:
      return IndexField::kBsuid;
    case records::Identifier::KIND_EMAIL:
      return IndexField::kEmail;
    default:
      return IndexField::kPhone;
  }
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

// Adds the identifier, or refreshes when it was last seen.
Tied note_identifier(records::Lead& lead, records::Identifier::Kind kind,
                     const Pii<std::string>& value, Timestamp now) {
  for (records::Identifier& known : *lead.mutable_identifiers()) {
    if (known.kind() == kind && known.value() == value.expose()) {
      if (is_worth_refreshing(lead, known, now)) {
        known.set_last_seen_ms(std::max(known.last_seen_ms(), now.ms));
      }
      return Tied::kSeenBefore;
    }
  }
  const auto id = crypto::new_id<IdentifierId>(now);
  records::Identifier& fresh = *lead.add_identifiers();
  fresh.set_id(std::string{id.raw()});
  fresh.set_kind(kind);
  fresh.set_value(value.expose());
  fresh.set_first_seen_ms(now.ms);
  fresh.set_last_seen_ms(now.ms);
  return Tied::kNew;
}

LeadId id_of(const records::Lead& lead) {
  const auto id = LeadId::from_bytes(as_bytes(lead.id()));
  LK_CHECK(id.has_value());
  return *id;
}

// As masked viewers see them: a search tells no more than they may see.
std::set<std::string> names_of(const records::Lead& lead) {
  std::set<std::string> names;
  for (const std::string& name : {lead.masked_name(), lead.masked_entered_name()}) {
    if (const auto normal = privacy::normalise_name(name)) {
      names.insert(normal->expose());
    }
  }
  return names;
}

}  // namespace

Result<std::optional<LeadId>> find_by(store::ReadTxn& txn, IndexField field, const Value& value) {
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

Result<Tied> tie(store::WriteTxn& txn, records::Lead& lead, records::Identifier::Kind kind,
                 const Pii<std::string>& value, Timestamp now) {
  const LeadId id = id_of(lead);
  LK_TRY(const auto owner, find_by(txn, field_of(kind), value));
  if (owner && *owner != id) {
    return Tied::kOfAnother;
  }
  if (!owner) {
    const BlindIndex index{field_of(kind)};
    LK_TRY(const auto stale, index.find(txn, value.expose()));
    if (stale) {
      LK_TRY_VOID(index.remove(txn, value.expose(), *stale));
    }
    LK_TRY_VOID(index.add(txn, value.expose(), id.bytes()));
  }
  return note_identifier(lead, kind, value, now);
}

Result<void> untie(store::WriteTxn& txn, records::Lead& lead, int index) {
  const LeadId id = id_of(lead);
  const records::Identifier& identifier = lead.identifiers(index);
  LK_TRY_VOID(BlindIndex{field_of(identifier.kind())}.remove(txn, identifier.value(), id.bytes()));
  lead.mutable_identifiers()->DeleteSubrange(index, 1);
  return {};
}

Result<void> index_names(store::WriteTxn& txn, const records::Lead& before,
                         const records::Lead& now) {
  const LeadId id = id_of(now);
  const BlindIndex index{IndexField::kName};
  const auto has = names_of(now);
  for (const std::string& name : names_of(before)) {
    if (!has.contains(name)) {
      LK_TRY_VOID(index.remove(txn, name, id.bytes()));
    }
  }
  for (const std::string& name : has) {
    LK_TRY_VOID(index.add_shared(txn, name, id.bytes()));
  }
  return {};
}

Result<void> remove_from_indexes(store::WriteTxn& txn, const records::Lead& lead) {
  const LeadId id = id_of(lead);
  for (const records::Identifier& identifier : lead.identifiers()) {
    LK_TRY_VOID(
        BlindIndex{field_of(identifier.kind())}.remove(txn, identifier.value(), id.bytes()));
  }
  for (const std::string& name : names_of(lead)) {
    LK_TRY_VOID(BlindIndex{IndexField::kName}.remove(txn, name, id.bytes()));
  }
  return BlindIndex{IndexField::kHandle}.remove(txn, lead.handle(), id.bytes());
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

}  // namespace leadkeep::inbox
