#include "apply_updates.h"

#include <leadkeep/crypto/random.h>
#include <leadkeep/privacy/mask.h>

#include <map>

namespace leadkeep::flow {
namespace {

// The WhatsApp id exactly as WhatsApp gives it when our normaliser does not know its form: a person
// must never be lost because of an unusual id.
std::optional<Pii<std::string>> normalised_whatsapp_id(const std::optional<Pii<std::string>>& raw) {
  if (!raw) {
    return std::nullopt;
  }
  auto normal = privacy::normalise_whatsapp_id(raw->expose());
  return normal ? std::move(normal) : raw;
}

inbox::PersonSeen person_of(const intake::Sender& sender, const privacy::Region& region) {
  inbox::PersonSeen person;
  person.whatsapp_id = normalised_whatsapp_id(sender.whatsapp_id);
  person.bsuid = sender.bsuid;
  if (person.whatsapp_id) {
    person.phone = privacy::phone_of_whatsapp_id(*person.whatsapp_id);
  }
  person.profile_name = sender.profile_name;
  person.username = sender.username;
  if (sender.profile_name) {
    person.masked_name = privacy::mask_name(sender.profile_name->expose(), region);
  }
  return person;
}

using PersonKey = std::pair<std::string, std::string>;

PersonKey key_of(const inbox::PersonSeen& person) {
  return {person.whatsapp_id ? person.whatsapp_id->expose() : std::string{},
          person.bsuid ? person.bsuid->expose() : std::string{}};
}

// A lead that is known keeps its key; for a new one a key is made now, durable before any data.
Result<LeadId> candidate_for(House& house, const inbox::PersonSeen& person) {
  LK_TRY(const auto known,
         house.store.read([&](store::ReadTxn& txn) { return inbox::Leads{}.find(txn, person); }));
  if (known) {
    return *known;
  }
  const auto fresh = crypto::new_id<LeadId>(house.clock.now());
  LK_TRY_VOID(house.store.ensure_key(store::subject_key(fresh)));
  return fresh;
}

}  // namespace

Result<PreparedUpdates> prepare(House& house, const intake::WebhookUpdates& updates) {
  PreparedUpdates out;
  out.unattributed = updates.unattributed;
  std::map<PersonKey, LeadId> candidates;
  for (const auto& update : updates.updates) {
    if (const auto* status = std::get_if<intake::StatusUpdate>(&update)) {
      out.updates.emplace_back(status);
      continue;
    }
    const auto& message = std::get<intake::InboundMessage>(update);
    PreparedMessage prepared;
    prepared.message = &message;
    prepared.person = person_of(message.sender, house.region);
    if (message.text) {
      prepared.spans = privacy::find_spans(message.text->expose(), house.region);
    }
    const PersonKey key = key_of(prepared.person);
    auto it = candidates.find(key);
    if (it == candidates.end()) {
      LK_TRY(const LeadId candidate, candidate_for(house, prepared.person));
      it = candidates.emplace(key, candidate).first;
    }
    prepared.candidate = it->second;
    out.updates.emplace_back(std::move(prepared));
  }
  return out;
}

}  // namespace leadkeep::flow
