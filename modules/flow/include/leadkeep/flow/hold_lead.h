// leadkeep/flow/hold_lead.h — a person who must not be erased for now, as in a legal dispute
//
// Errors   kNotFound      no such lead
//          kConflict      it is on hold already, or is not
//          kInvalidInput  a reason that is none (why.h)
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/why.h>
#include <leadkeep/identity/permit.h>

namespace leadkeep::flow {

class HoldLead {
 public:
  explicit HoldLead(House& house) noexcept : m_house{house} {}

  [[nodiscard]] Result<void> hold(const identity::Permit<identity::Action::kHold>& permit,
                                  const LeadId& lead, const Why& why);
  [[nodiscard]] Result<void> release(const identity::Permit<identity::Action::kHold>& permit,
                                     const LeadId& lead);

 private:
  House& m_house;
};

}  // namespace leadkeep::flow
