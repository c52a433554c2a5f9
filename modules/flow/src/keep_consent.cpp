#include "acting.h"
#include "make_once.h"
#include "outgoing_text.h"

#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/keep_consent.h>

namespace leadkeep::flow {

Result<std::vector<consent::ConsentEntry>> KeepConsent::list(
    const identity::Permit<identity::Action::kReadConsents>& permit, const LeadId& lead) {
  const audit::Entry entry =
      entry_by(permit.actor(), audit::Act::kConsentRead, audit::object_of(lead));
  return act(
      m_house, entry,
      [&](store::WriteTxn& txn, audit::Entry& done) -> Result<std::vector<consent::ConsentEntry>> {
        LK_TRY(auto entries, consent::Ledger{}.list(txn, lead));
        done.items = entries.size();
        return entries;
      });
}

Result<ConsentId> KeepConsent::record(
    const identity::Permit<identity::Action::kRecordConsent>& permit, const LeadId& lead,
    const consent::NewConsent& consent, const std::optional<RepeatGuard>& guard) {
  const Timestamp now = m_house.clock.now();
  const AgentId agent = permit.agent();
  const auto fresh = crypto::new_id<ConsentId>(now);
  const audit::Entry entry =
      entry_by(permit.actor(), audit::Act::kConsentRecorded, audit::object_of(lead));
  // Both are shown to everybody who may read the ledger, masked viewers too.
  if (!may_be_shown_to_all(consent.purpose, m_house.region) ||
      !may_be_shown_to_all(consent.source, m_house.region)) {
    record_refusal(m_house, entry, name_of(Errc::kInvalidInput));
    return fail(Errc::kInvalidInput, "consent: purpose and source are words without contact data");
  }
  return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<ConsentId> {
    return make_once<ConsentId>(txn, agent, guard, now, done, [&]() -> Result<ConsentId> {
      LK_TRY_VOID(consent::Ledger{}.append(txn, lead, fresh, consent, agent, now));
      done.reason = std::string{consent::name_of(consent.kind)};
      return fresh;
    });
  });
}

}  // namespace leadkeep::flow
