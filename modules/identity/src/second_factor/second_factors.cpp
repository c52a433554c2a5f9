#include "second_factor/factor_record.h"
#include "second_factor/guessing.h"
#include "second_factor/passkey_record.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/second_factors.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

using Refusal = std::optional<FactorRefusal>;

// Whether it is a code of this app, which is then taken. How its clock goes is learnt when it is
// enrolled.
bool take_code(records::Totp& totp, totp::Drift drift, totp::Window window,
               const SecretBytes& typed, Timestamp now) {
  const SecretBytes secret = SecretBytes::copy_of(as_bytes(totp.secret()));
  const auto accepted =
      totp::check(secret, as_text(typed.expose()), now, totp.last_step(), drift, window);
  if (!accepted) {
    return false;
  }
  totp.set_last_step(accepted->step);
  totp.set_ahead(totp.ahead() || accepted->drift == totp::Drift::kAhead);
  return true;
}

bool take_code_of_app(records::Totp& totp, totp::Window window, const SecretBytes& typed,
                      Timestamp now) {
  return take_code(totp, totp.ahead() ? totp::Drift::kAhead : totp::Drift::kNoneOrBehind, window,
                   typed, now);
}

bool take_recovery_code(records::SecondFactors& factors, const SecretBytes& typed) {
  const auto hash = recovery::hash(typed);
  auto& codes = *factors.mutable_recovery_codes();
  const auto found = std::ranges::find(codes, as_text(hash));
  if (found == codes.end()) {
    return false;
  }
  codes.erase(found);
  forget_wrong(factors);
  return true;
}

// No code of an app is looked at then.
Refusal is_held_up(const records::SecondFactors& factors, Timestamp now) {
  constexpr std::uint32_t kMostWrongInARow = 100;
  if (factors.wrong_in_a_row() >= kMostWrongInARow) {
    return FactorRefusal::kStopped;
  }
  return is_blocked(factors, now) ? Refusal{FactorRefusal::kBlocked} : std::nullopt;
}

// One of the factors that the agent has.
Refusal take_factor(records::SecondFactors& factors, totp::Window window, const SecretBytes& typed,
                    Timestamp now) {
  if (typed.empty()) {
    return FactorRefusal::kMissing;
  }
  if (take_recovery_code(factors, typed)) {
    return std::nullopt;
  }
  if (const Refusal held_up = is_held_up(factors, now)) {
    return held_up;
  }
  if (!factors.has_totp() || !take_code_of_app(*factors.mutable_totp(), window, typed, now)) {
    return count_wrong(factors, now);
  }
  forget_wrong(factors);
  return std::nullopt;
}

Refusal take_enrolment_code(records::SecondFactors& factors, const SecretBytes& typed,
                            Timestamp now) {
  const auto hash = recovery::hash(typed);
  if (now >= Timestamp{factors.enrolment_code_ends_ms()} ||
      as_text(hash) != factors.enrolment_code()) {
    return FactorRefusal::kEnrolmentCode;
  }
  factors.clear_enrolment_code();
  factors.clear_enrolment_code_ends_ms();
  return std::nullopt;
}

}  // namespace

std::string_view name_of(FactorRefusal refusal) noexcept {
  switch (refusal) {
    case FactorRefusal::kMissing:
      return "second_factor_missing";
    case FactorRefusal::kWrong:
      return "second_factor_wrong";
    case FactorRefusal::kGuessed:
      return "second_factor_guessed";
    case FactorRefusal::kBlocked:
      return "second_factor_blocked";
    case FactorRefusal::kStopped:
      return "second_factor_stopped";
    case FactorRefusal::kNotOffered:
      return "second_factor_not_offered";
    case FactorRefusal::kEnrolmentCode:
      return "enrolment_code";
    case FactorRefusal::kPasskeyGone:
      return "passkey_gone";
    case FactorRefusal::kPasskeyUsed:
      return "passkey_used";
    case FactorRefusal::kPasskeyCopied:
      return "passkey_copied";
    case FactorRefusal::kDeviceCopied:
      return "device_copied";
    case FactorRefusal::kDeviceKey:
      return "device_without_key";
    case FactorRefusal::kNoEmailCode:
      return "email_code_not_for_agent";
    case FactorRefusal::kTooManyEmails:
      return "email_codes_too_many";
  }
  return "?";
}

Result<SecondFactors::Decision> SecondFactors::admit(store::WriteTxn& txn,
                                                     const ProvenIdentity& who,
                                                     const SecretBytes& typed,
                                                     Timestamp now) const {
  LK_TRY(const records::Agent agent, load_agent(txn, who.agent()));
  LK_TRY(auto factors, load_factors(txn, who.agent()));
  if (!has_any(factors) && !factors.reset()) {
    const bool required = m_policy.is_required_for(roles_of(agent));
    return Decision{Admission{Admission::Key{}, who.agent(),
                              required ? Assurance::kEnrolmentOnly : Assurance::kPassword}};
  }
  const Refusal refused = has_any(factors)
                              ? take_factor(factors, m_policy.totp_window(), typed, now)
                              : take_enrolment_code(factors, typed, now);
  LK_TRY_VOID(save_factors(txn, who.agent(), factors));
  if (refused) {
    return Decision{*refused};
  }
  return Decision{Admission{Admission::Key{}, who.agent(),
                            has_any(factors) ? Assurance::kTwoFactors : Assurance::kEnrolmentOnly}};
}

Result<SecondFactors::Decision> SecondFactors::admit_by_provider(store::WriteTxn& txn,
                                                                 const ProvenIdentity& who,
                                                                 const SecretBytes& typed,
                                                                 Timestamp now) const {
  LK_TRY(const auto factors, load_factors(txn, who.agent()));
  if (!has_any(factors) && factors.reset()) {
    return admit(txn, who, typed, now);
  }
  return Decision{Admission{Admission::Key{}, who.agent(), Assurance::kIdentityProvider}};
}

Result<SecondFactors::Overview> SecondFactors::look_at(store::ReadTxn& txn,
                                                       const Session& session) const {
  LK_TRY(const auto factors, load_factors(txn, session.agent()));
  Overview overview{m_policy.is_required_for(session.roles()),
                    std::nullopt,
                    static_cast<std::size_t>(factors.recovery_codes_size()),
                    {}};
  if (factors.has_totp()) {
    overview.totp_since = Timestamp{factors.totp().since_ms()};
  }
  for (const records::Passkey& passkey : factors.passkeys()) {
    LK_TRY(auto summary, summary_of(passkey));
    overview.passkeys.push_back(std::move(summary));
  }
  return overview;
}

Result<std::optional<FactorRefusal>> SecondFactors::offer_totp(store::WriteTxn& txn,
                                                               const Session& session,
                                                               const SecretBytes& typed,
                                                               const SecretBytes& fresh,
                                                               Timestamp now) const {
  LK_TRY(auto factors, load_factors(txn, session.agent()));
  Refusal refused;
  if (factors.has_totp()) {
    refused = take_factor(factors, m_policy.totp_window(), typed, now);
  } else if (factors.reset() && session.assurance() != Assurance::kEnrolmentOnly) {
    refused = FactorRefusal::kEnrolmentCode;
  } else if (has_any(factors) && session.proof_age() == ProofAge::kOld) {
    return fail(Errc::kStepUpRequired, "second factor: prove again who acts");
  }
  if (!refused) {
    auto& offered = *factors.mutable_offered();
    offered.Clear();
    offered.set_secret(std::string{as_text(fresh.expose())});
    offered.set_since_ms(now.ms);
  }
  LK_TRY_VOID(save_factors(txn, session.agent(), factors));
  return refused;
}

Result<SecondFactors::Decision> SecondFactors::confirm_totp(
    store::WriteTxn& txn, const Session& session, const SecretBytes& code,
    std::span<const SecretBytes> recovery_codes, Timestamp now) const {
  LK_TRY(auto factors, load_factors(txn, session.agent()));
  const Timestamp offered_at{factors.offered().since_ms()};
  if (!factors.has_offered() || now - offered_at >= kEnrolmentTime || now < offered_at) {
    return Decision{FactorRefusal::kNotOffered};
  }
  // Who confirms was shown the secret and guesses nothing: typing errors end the offer, and count
  // against no app that is there.
  records::Totp& totp = *factors.mutable_offered();
  if (!take_code(totp, totp::Drift::kAhead, m_policy.totp_window(), code, now)) {
    totp.set_wrong(totp.wrong() + 1);
    if (totp.wrong() >= kMostWrongInWindow) {
      factors.clear_offered();
    }
    LK_TRY_VOID(save_factors(txn, session.agent(), factors));
    return Decision{FactorRefusal::kWrong};
  }
  totp.set_since_ms(now.ms);
  totp.clear_wrong();
  records::SecondFactors enrolled;
  enrolled.set_agent_id(factors.agent_id());
  *enrolled.mutable_totp() = totp;
  *enrolled.mutable_passkeys() = factors.passkeys();
  set_recovery_codes(enrolled, recovery_codes);
  LK_TRY_VOID(save_factors(txn, session.agent(), enrolled));
  return Decision{Admission{Admission::Key{}, session.agent(), Assurance::kTwoFactors}};
}

Result<std::optional<FactorRefusal>> SecondFactors::replace_recovery_codes(
    store::WriteTxn& txn, const Session& session, const SecretBytes& typed,
    std::span<const SecretBytes> recovery_codes, Timestamp now) const {
  LK_TRY(auto factors, load_factors(txn, session.agent()));
  const bool by_passkey = typed.empty() && session.assurance() == Assurance::kPasskey &&
                          session.proof_age() == ProofAge::kFresh;
  Refusal refused;
  if (!has_any(factors)) {
    refused = FactorRefusal::kMissing;
  } else if (!by_passkey) {
    refused = take_factor(factors, m_policy.totp_window(), typed, now);
  }
  if (!refused) {
    set_recovery_codes(factors, recovery_codes);
    factors.clear_devices();
  }
  LK_TRY_VOID(save_factors(txn, session.agent(), factors));
  return refused;
}

Result<void> SecondFactors::reset(store::WriteTxn& txn, const AgentId& agent,
                                  const SecretBytes& enrolment_code, Timestamp now) const {
  LK_TRY(const auto before, load_factors(txn, agent));
  LK_TRY_VOID(forget_passkeys(txn, agent, before));
  records::SecondFactors factors;
  factors.set_agent_id(std::string{agent.raw()});
  factors.set_reset(true);
  factors.set_enrolment_code(std::string{as_text(recovery::hash(enrolment_code))});
  factors.set_enrolment_code_ends_ms((now + kEnrolmentTime).ms);
  return save_factors(txn, agent, factors);
}

}  // namespace leadkeep::identity
