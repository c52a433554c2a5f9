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
  if (!normal) {
    return raw;
  }
  return normal;
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

// The id, and with it the key, that each person has or takes. The keys of new people are made now, in
// one commit, durable before any data.
class Candidates {
 public:
  explicit Candidates(House& house) noexcept : m_house{house} {}

  Result<LeadId> take(const inbox::PersonSeen& person) {
    const PersonKey key = key_of(person);
    if (const auto it = m_known.find(key); it != m_known.end()) {
      return it->second;
    }
    LK_TRY(const auto known, m_house.store.read([&](store::ReadTxn& txn) {
      return inbox::Leads{}.find(txn, person);
    }));
    const LeadId id = known ? *known : crypto::new_id<LeadId>(m_house.clock.now());
    if (!known) {
      m_fresh.push_back(store::subject_key(id));
    }
    m_known.emplace(key, id);
    return id;
  }

  [[nodiscard]] Result<void> make_keys() const { return m_house.store.ensure_keys(m_fresh); }

 private:
  House& m_house;
  std::map<PersonKey, LeadId> m_known;
  std::vector<store::KeyRef> m_fresh;
};

}  // namespace

Result<PreparedUpdates> prepare(House& house, const intake::WebhookUpdates& updates) {
  PreparedUpdates out;
  out.unattributed = updates.unattributed;
  Candidates candidates{house};
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
    LK_TRY(prepared.candidate, candidates.take(prepared.person));
    out.updates.emplace_back(std::move(prepared));
  }
  LK_TRY_VOID(candidates.make_keys());
  return out;
}

}  // namespace leadkeep::flow
