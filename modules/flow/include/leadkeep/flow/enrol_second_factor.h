// leadkeep/flow/enrol_second_factor.h — the path of a second factor: offered, confirmed, reset
//
//   session ─ offer ─ QR code ─ app ─ confirm with a code ─ recovery codes, a new session
//   administrator ─ reset ─ a code to enrol with, for the agent
//
// Confirming ends all sessions of the agent, the one that confirms too, and opens a new one: what
// was opened with less must not go on. A reset ends them all as well.
//
// Errors   kProofRefused  one answer for every cause; the audit trail knows it
//          kForbidden            a reset of one's own factors: it needs somebody else; a break-glass
//                                session, which has none
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/manage_agents.h>
#include <leadkeep/identity/second_factors.h>
#include <leadkeep/identity/session.h>

#include <string_view>
#include <vector>

namespace leadkeep::flow {

class EnrolSecondFactor {
 public:
  EnrolSecondFactor(House& house, const identity::SecondFactors& second_factors,
                    const identity::SessionStore& sessions,
                    const identity::LocalDirectory& agents) noexcept
      : m_house{house}, m_second_factors{second_factors}, m_sessions{sessions}, m_agents{agents} {}

  [[nodiscard]] Result<identity::SecondFactors::Overview> show(const identity::Session& session);

  // The secret for the agent's app: 20 bytes (identity/totp.h). `typed` is a second factor that the
  // agent has already, or empty.
  [[nodiscard]] Result<SecretBytes> offer(const identity::Session& session,
                                          const SecretBytes& typed);

  struct Enrolled {
    std::vector<SecretBytes> recovery_codes;
    identity::OpenedSession session;
  };

  [[nodiscard]] Result<Enrolled> confirm(const identity::Session& session, const SecretBytes& code);

  [[nodiscard]] Result<std::vector<SecretBytes>> replace_recovery_codes(
      const identity::Session& session, const SecretBytes& typed);

  struct EnrolmentCode {
    SecretBytes code;
    Timestamp ends_at;
  };

  [[nodiscard]] Result<EnrolmentCode> reset(const ManageAgents::By& by, std::string_view username);

 private:
  House& m_house;
  const identity::SecondFactors& m_second_factors;
  const identity::SessionStore& m_sessions;
  const identity::LocalDirectory& m_agents;
};

}  // namespace leadkeep::flow
