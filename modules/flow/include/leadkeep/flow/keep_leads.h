// leadkeep/flow/keep_leads.h — a person whom the company enters, and what it changes in one
//
// Whoever enters a number learns whether somebody has it: with it taken, kConflict, which lead is not said,
// and after kMostGuesses of those within an hour by one agent kTooManyRequests.
// Errors   kNotFound            no such lead
//          kForbidden           about something that the viewer may not see at all
//          kInvalidInput        nothing that is said of a person; what is no number, address or name; an
//                               identifier that is to go and is not there
//          kConflict            an identifier of another lead, or one of WhatsApp's that is to go
//          kPreconditionFailed  the lead changed since the version that was named
// Threads  any
#pragma once
#include <leadkeep/base/pii.h>
#include <leadkeep/flow/guesses.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/idempotency.h>
#include <leadkeep/identity/permit.h>
#include <leadkeep/inbox/views.h>

#include <optional>
#include <string>
#include <vector>

namespace leadkeep::flow {

inline constexpr std::size_t kMaxNameCharacters = 80;  // as many as masked viewers see of a name

// As somebody writes it.
struct NewIdentifier {
  enum class Kind : std::uint8_t { kPhone, kEmail } kind;
  Pii<std::string> value;
};

struct LeadChange {
  std::optional<Pii<std::string>> name;  // empty: none of ours, the profile's is shown
  std::vector<NewIdentifier> added;
  std::vector<IdentifierId> removed;
};

class KeepLeads {
 public:
  explicit KeepLeads(House& house) noexcept : m_house{house} {}

  [[nodiscard]] Result<LeadId> enter(const identity::Permit<identity::Action::kWriteLead>& permit,
                                     const LeadChange& lead,
                                     const std::optional<RepeatGuard>& guard);
  [[nodiscard]] Result<inbox::MaskedLead> change(
      const identity::Permit<identity::Action::kWriteLead>& permit, const LeadId& id,
      std::uint64_t expected_version, const LeadChange& change);

 private:
  House& m_house;
  Guesses m_guesses;
};

}  // namespace leadkeep::flow
