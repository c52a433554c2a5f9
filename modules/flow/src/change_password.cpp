#include "changed_proofs.h"
#include "forgotten_devices.h"

#include <leadkeep/flow/change_password.h>

namespace leadkeep::flow {
namespace {

using audit::Act;

constexpr std::string_view kReason = "password_changed";

}  // namespace

Result<void> ChangePassword::prove_present(const identity::Session& session,
                                           const SecretBytes& present) {
  LK_TRY_VOID(m_throttle.admit_step_up(session.agent().raw(), m_house.clock.now()));
  identity::LoginAttempt attempt{session.caller()};
  attempt.username = session.username();
  attempt.password = present.clone();
  identity::RefusedProof refused;
  const auto proven = m_agents.prove(attempt, refused);
  if (proven && proven.value().agent() == session.agent()) {
    m_throttle.step_up_decided(session.agent().raw());
    return {};
  }
  return fail(Errc::kProofRefused, "password: the present one is another");
}

Result<ChangePassword::Checked> ChangePassword::check(const identity::Session& session,
                                                      const SecretBytes& present,
                                                      const SecretBytes& fresh) {
  LK_TRY_VOID(require_more_than_enrolment(session));
  if (session.proof_age() == identity::ProofAge::kOld) {
    return fail(Errc::kStepUpRequired, "password: prove again who acts");
  }
  LK_TRY_VOID(m_agents.require_password_of(session.agent()));
  LK_TRY_VOID(prove_present(session, present));
  return m_agents.check_password(session.agent(), fresh);
}

Result<identity::OpenedSession> ChangePassword::change(const identity::Session& session,
                                                       const SecretBytes& present,
                                                       const SecretBytes& fresh) {
  const auto checked = check(session, present, fresh);
  if (!checked) {
    return refused(m_house, session, Act::kPasswordChanged, checked.error());
  }
  const Timestamp now = m_house.clock.now();
  auto start = identity::SessionStart::draw(session, now);
  auto reopened = m_house.store.write([&](store::WriteTxn& txn) -> Result<identity::Session> {
    LK_TRY(auto opened, m_sessions.reopen(txn, session, start, now));
    LK_TRY_VOID(m_agents.set_password(txn, checked.value()));
    LK_TRY_VOID(forget_devices_of(txn, m_devices, session.agent(), session.agent(), now));
    return with_entries(txn, session, std::move(opened), Act::kPasswordChanged, kReason, now);
  });
  if (!reopened) {
    return refused(m_house, session, Act::kPasswordChanged, std::move(reopened).error());
  }
  return identity::OpenedSession{std::move(start.token), std::move(reopened).value()};
}

Result<void> ChangePassword::set(std::string_view username, const SecretBytes& fresh) {
  const Timestamp now = m_house.clock.now();
  audit::Entry entry = entry_by(std::nullopt, Act::kPasswordChanged);
  auto checked = [&]() -> Result<Checked> {
    LK_TRY(const AgentId agent,
           m_house.store.read([&](store::ReadTxn& txn) { return m_agents.id_of(txn, username); }));
    entry.object = audit::object_of(agent);
    LK_TRY_VOID(m_agents.require_password_of(agent));
    return m_agents.check_password(agent, fresh);
  }();
  if (!checked) {
    return refuse_on_record(m_house, entry, checked.error());
  }
  LK_TRY_VOID(act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry&) -> Result<AgentId> {
    LK_TRY(const AgentId agent, m_agents.set_password(txn, checked.value()));
    LK_TRY_VOID(forget_devices_of(txn, m_devices, std::nullopt, agent, now));
    LK_TRY_VOID(end_sessions_of(txn, m_sessions, std::nullopt, agent, kReason, now));
    return agent;
  }));
  return {};
}

}  // namespace leadkeep::flow
