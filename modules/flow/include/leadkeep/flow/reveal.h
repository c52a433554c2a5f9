// leadkeep/flow/reveal.h — the path of a reveal: permit, with a fresh proof ─ read ─ audit ─ release
//
// Shows identifiers of one lead in clear, to whom the policy names, for a reason. What is shown leaves only
// after its entry is durable: who, which identifiers, what for, and the company's own reference if it is
// named. Within an hour an agent is shown so many, and the operator is told who has come to the end.
//
// Errors   kNotFound         no such lead; an identifier that it does not have, or that is hidden from the viewer
//          kInvalidInput     no identifier, more than 20, or one twice; a reason that is none (why.h)
//          kTooManyRequests  more than are left of the hour
// Threads  any
#pragma once
#include <leadkeep/flow/allowance.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/why.h>
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/views.h>

#include <vector>

namespace leadkeep::flow {

struct RevealRequest {
  std::vector<IdentifierId> identifiers;
  Why why;
};

class Reveal {
 public:
  Reveal(House& house, unsigned most_per_hour) noexcept
      : m_house{house}, m_allowance{most_per_hour} {}

  // In the order of the lead.
  [[nodiscard]] Result<std::vector<inbox::MaskedIdentifier>> reveal(
      const identity::Permit<identity::Action::kReveal>& permit, const LeadId& id,
      const RevealRequest& request);

 private:
  House& m_house;
  Allowance m_allowance;
};

}  // namespace leadkeep::flow
