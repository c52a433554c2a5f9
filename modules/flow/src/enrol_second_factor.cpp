#include "changed_proofs.h"
#include "factor_alarm.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/enrol_second_factor.h>
#include <leadkeep/identity/recovery_codes.h>
#include <leadkeep/identity/totp.h>

namespace leadkeep::flow {
namespace {

using identity::FactorRefusal;

// The refusal was counted in the transaction that has just ended.
Fail refused(House& house, const identity::Session& session, audit::Act act,
             FactorRefusal refusal) {
  record_refusal(house, entry_of(session, act), name_of(refusal));
  warn_of_attack({name_of(refusal), session.agent()});
  return fail(Errc::kProofRefused, "second factor: refused");
}

}  // namespace

Result<identity::SecondFactors::Overview> EnrolSecondFactor::show(
    const identity::Session& session) {
  return m_house.store.read(
      [&](store::ReadTxn& txn) { return m_second_factors.look_at(txn, session); });
}

Result<SecretBytes> EnrolSecondFactor::offer(const identity::Session& session,
                                             const SecretBytes& typed) {
  if (session.assurance() == identity::Assurance::kBreakGlass) {
    return fail(Errc::kForbidden, "second factor: an emergency has none");
  }
  // A session that was left open must not put somebody else's app in place. One of a code by e-mail
  // is never a fresh proof: who wants to enrol signs in with the password alone.
  const bool without_factor = session.assurance() == identity::Assurance::kPassword ||
                              session.assurance() == identity::Assurance::kEmailCode ||
                              session.assurance() == identity::Assurance::kIdentityProvider;
  if (without_factor && session.proof_age() == identity::ProofAge::kOld) {
    return refused(m_house, session, audit::Act::kSecondFactorEnrolled,
                   Error{Errc::kStepUpRequired, "second factor: prove again who acts"});
  }
  const Timestamp now = m_house.clock.now();
  SecretBytes secret = crypto::random_secret(identity::totp::kSecretBytes);
  auto offered =
      m_house.store.write([&](store::WriteTxn& txn) -> Result<std::optional<FactorRefusal>> {
        LK_TRY_VOID(m_sessions.require_live(txn, session));
        return m_second_factors.offer_totp(txn, session, typed, secret, now);
      });
  if (!offered) {
    return refused(m_house, session, audit::Act::kSecondFactorEnrolled, std::move(offered).error());
  }
  if (const auto refusal = offered.value()) {
    return refused(m_house, session, audit::Act::kSecondFactorEnrolled, *refusal);
  }
  return secret;
}

Result<EnrolSecondFactor::Enrolled> EnrolSecondFactor::confirm(const identity::Session& session,
                                                               const SecretBytes& code) {
  using Outcome = std::variant<identity::Session, FactorRefusal>;
  if (session.assurance() == identity::Assurance::kBreakGlass) {
    return fail(Errc::kForbidden, "second factor: an emergency has none");
  }
  const Timestamp now = m_house.clock.now();
  std::vector<SecretBytes> recovery_codes = identity::recovery::new_codes();
  auto start = identity::SessionStart::draw(session, now);
  LK_TRY(auto outcome, m_house.store.write([&](store::WriteTxn& txn) -> Result<Outcome> {
    LK_TRY(const auto decision,
           m_second_factors.confirm_totp(txn, session, code, recovery_codes, now));
    if (const auto* refusal = std::get_if<FactorRefusal>(&decision)) {
      return Outcome{*refusal};
    }
    LK_TRY(auto opened,
           reopen(txn, m_sessions, session, std::get<identity::Admission>(decision), start,
                  audit::Act::kSecondFactorEnrolled, "second_factor_enrolled", now));
    return Outcome{std::move(opened)};
  }));
  if (const auto* refusal = std::get_if<FactorRefusal>(&outcome)) {
    return refused(m_house, session, audit::Act::kSecondFactorEnrolled, *refusal);
  }
  LK_SEEDED_LEAK(recovery_code_in_log, seeded::say(as_text(recovery_codes.front().expose())));
  return Enrolled{std::move(recovery_codes),
                  {std::move(start.token), std::get<identity::Session>(std::move(outcome))}};
}

Result<std::vector<SecretBytes>> EnrolSecondFactor::replace_recovery_codes(
    const identity::Session& session, const SecretBytes& typed) {
  const Timestamp now = m_house.clock.now();
  std::vector<SecretBytes> codes = identity::recovery::new_codes();
  LK_TRY(
      const auto refusal,
      m_house.store.write([&](store::WriteTxn& txn) -> Result<std::optional<FactorRefusal>> {
        LK_TRY_VOID(m_sessions.require_live(txn, session));
        LK_TRY(const auto refusal,
               m_second_factors.replace_recovery_codes(txn, session, typed, codes, now));
        if (!refusal) {
          LK_TRY_VOID(audit::append(txn, entry_of(session, audit::Act::kRecoveryCodesMade), now));
        }
        return refusal;
      }));
  if (refusal) {
    return refused(m_house, session, audit::Act::kRecoveryCodesMade, *refusal);
  }
  return codes;
}

Result<EnrolSecondFactor::EnrolmentCode> EnrolSecondFactor::reset(const ManageAgents::By& by,
                                                                  std::string_view username) {
  const Timestamp now = m_house.clock.now();
  SecretBytes code = identity::recovery::new_code();
  const audit::Entry entry = entry_by(by.actor(), audit::Act::kSecondFactorReset);
  LK_TRY_VOID(act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) -> Result<AgentId> {
    LK_TRY(const AgentId id, m_agents.id_of(txn, username));
    if (by.actor() && by.actor()->agent == id) {
      return fail(Errc::kForbidden, "nobody resets their own second factor");
    }
    LK_TRY_VOID(m_second_factors.reset(txn, id, code, now));
    LK_TRY_VOID(end_sessions_of(txn, m_sessions, entry.actor, id, "second_factor_reset", now));
    done.object = audit::object_of(id);
    return id;
  }));
  return EnrolmentCode{std::move(code), now + identity::SecondFactors::kEnrolmentTime};
}

}  // namespace leadkeep::flow
