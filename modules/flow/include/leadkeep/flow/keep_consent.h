// leadkeep/flow/keep_consent.h — read and add to a lead's consent ledger
//
// Errors   kNotFound      no such lead
//          kInvalidInput  a purpose, source or evidence that is not acceptable
// Threads  any
#pragma once
#include <leadkeep/consent/ledger.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/idempotency.h>
#include <leadkeep/identity/permit.h>

namespace leadkeep::flow {

class KeepConsent {
 public:
  explicit KeepConsent(House& house) noexcept : m_house{house} {}

  [[nodiscard]] Result<std::vector<consent::ConsentEntry>> list(
      const identity::Permit<identity::Action::kReadConsents>& permit, const LeadId& lead);
  [[nodiscard]] Result<ConsentId> record(
      const identity::Permit<identity::Action::kRecordConsent>& permit, const LeadId& lead,
      const consent::NewConsent& consent, const std::optional<RepeatGuard>& guard);

 private:
  House& m_house;
};

}  // namespace leadkeep::flow
