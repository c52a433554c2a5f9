#include "acting.h"
#include "stable_code.h"

#include <leadkeep/flow/hold_lead.h>
#include <leadkeep/inbox/leads.h>

namespace leadkeep::flow {
namespace {

using identity::Action;
using identity::Permit;

// change: Result<void>(records::Lead&)
template <class Change>
Result<void> change_lead(House& house, const audit::Entry& entry, const LeadId& id,
                         Change&& change) {
  LK_TRY_VOID(act(house, entry, [&](store::WriteTxn& txn, audit::Entry&) -> Result<std::uint64_t> {
    const inbox::Leads leads;
    LK_TRY(auto lead, leads.find(txn, id));
    if (!lead) {
      return fail(Errc::kNotFound, "there is no such lead");
    }
    LK_TRY_VOID(change(*lead));
    lead->set_version(lead->version() + 1);
    LK_TRY_VOID(leads.save(txn, *lead));
    return lead->version();
  }));
  return {};
}

}  // namespace

Result<void> HoldLead::hold(const Permit<Action::kHold>& permit, const LeadId& id, const Why& why) {
  audit::Entry entry = entry_by(permit.actor(), audit::Act::kHeld, audit::object_of(id));
  if (const auto checked = check_reason(why); !checked) {
    return refuse_on_record(m_house, entry, checked.error());
  }
  entry.reason = why.code;
  entry.case_reference = why.case_reference.value_or("");
  return change_lead(m_house, entry, id, [&](records::Lead& lead) -> Result<void> {
    if (lead.has_hold()) {
      return fail(Errc::kConflict, "the lead is on hold");
    }
    records::Hold& hold = *lead.mutable_hold();
    hold.set_since_ms(m_house.clock.now().ms);
    hold.set_by(std::string{permit.agent().raw()});
    hold.set_reason(why.code);
    hold.set_case_reference(why.case_reference.value_or(""));
    return {};
  });
}

Result<void> HoldLead::release(const Permit<Action::kHold>& permit, const LeadId& id) {
  const audit::Entry entry = entry_by(permit.actor(), audit::Act::kReleased, audit::object_of(id));
  return change_lead(m_house, entry, id, [](records::Lead& lead) -> Result<void> {
    if (!lead.has_hold()) {
      return fail(Errc::kConflict, "the lead is not on hold");
    }
    lead.clear_hold();
    return {};
  });
}

}  // namespace leadkeep::flow
