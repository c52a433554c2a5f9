#include "acting.h"
#include "stable_code.h"

#include <leadkeep/flow/reveal.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/show.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

Result<void> check(const RevealRequest& request) {
  const auto& ids = request.identifiers;
  const bool has_one_twice = std::ranges::any_of(
      ids, [&](const IdentifierId& id) { return std::ranges::count(ids, id) > 1; });
  if (ids.empty() || ids.size() > inbox::kMostIdentifiers || has_one_twice) {
    return fail(Errc::kInvalidInput, "reveal: 1 to 20 different identifiers");
  }
  return check_reason(request.why);
}

}  // namespace

Result<std::vector<inbox::MaskedIdentifier>> Reveal::reveal(
    const identity::Permit<identity::Action::kReveal>& permit, const LeadId& id,
    const RevealRequest& request) {
  using Revealed = std::vector<inbox::MaskedIdentifier>;
  const identity::Actor& actor = permit.actor();
  audit::Entry entry = entry_by(actor, audit::Act::kRevealed, audit::object_of(id));
  if (const auto checked = check(request); !checked) {
    return refuse_on_record(m_house, entry, checked.error());
  }
  entry.reason = request.why.code;
  entry.case_reference = request.why.case_reference.value_or("");
  const auto count = static_cast<unsigned>(request.identifiers.size());
  const auto taken = m_allowance.take(actor, m_house.clock.now(), count);
  if (taken == Allowance::Taken::kNone) {
    return refuse_on_record(m_house, entry,
                            {Errc::kTooManyRequests, "reveal: no more within this hour"});
  }
  auto revealed =
      act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<Revealed> {
        LK_TRY(const auto lead, inbox::Leads{}.find(txn, id));
        if (!lead) {
          return fail(Errc::kNotFound, "there is no such lead");
        }
        LK_TRY(auto clear, inbox::Showing::revealed(*lead, request.identifiers, permit));
        done.items = clear.size();
        std::ranges::transform(clear, std::back_inserter(done.parts),
                               [](const auto& identifier) { return to_ulid(identifier.id); });
        return clear;
      });
  if (!revealed) {
    m_allowance.give_back(actor, count);
  } else if (taken == Allowance::Taken::kTheLast) {
    log_warn("REVEALS_SPENT", Field{"who", who_is(actor)});
  }
  return revealed;
}

}  // namespace leadkeep::flow
