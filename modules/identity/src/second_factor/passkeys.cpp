#include "second_factor/guessing.h"
#include "second_factor/passkey_record.h"

#include <leadkeep/identity/passkeys.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

using webauthn::AuthenticatorState;
using webauthn::Ceremony;

Fail not_configured() {
  return fail(Errc::kNotFound, "passkeys: the operator has set no browser.origin");
}

Fail refused_as(RefusedProof& refused, std::string_view cause) {
  refused.cause = cause;
  return fail(Errc::kUnauthenticated, "log-in: refused");
}

webauthn::Purpose purpose_of(Ceremony ceremony, const SessionId& session) {
  return {ceremony, std::string{session.raw()}};
}

records::Passkey* find(records::SecondFactors& factors, ByteView credential_id) {
  auto& passkeys = *factors.mutable_passkeys();
  const auto found = std::ranges::find_if(passkeys, [&](const records::Passkey& passkey) {
    return same_bytes(as_bytes(passkey.credential_id()), credential_id);
  });
  return found == passkeys.end() ? nullptr : &*found;
}

Bytes copy_of(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

Result<void> check_name(std::string_view name) {
  return is_printable(name, Passkeys::kMaxNameBytes)
             ? Result<void>{}
             : fail(Errc::kInvalidInput, "a passkey's name has 1 to 64 bytes of printable UTF-8");
}

// An authenticator that counts has counted on; one that does not says 0 for ever.
bool has_gone_back(const records::Passkey& kept, const AuthenticatorState& state) {
  return (kept.sign_count() != 0 || state.sign_count != 0) && state.sign_count <= kept.sign_count();
}

void keep_state(records::Passkey& passkey, const AuthenticatorState& state) {
  passkey.set_sign_count(state.sign_count);
  passkey.set_backup_possible(state.backup != AuthenticatorState::Backup::kNotPossible);
  passkey.set_backed_up(state.backup == AuthenticatorState::Backup::kDone);
}

// Whoever may only enrol was asked a moment ago, and has nothing to prove it with again.
Result<void> require_fresh_proof(const Session& session) {
  if (session.assurance() != Assurance::kEnrolmentOnly && session.proof_age() == ProofAge::kOld) {
    return fail(Errc::kStepUpRequired, "passkeys: prove again who acts");
  }
  return {};
}

}  // namespace

Passkeys::Passkeys(std::optional<webauthn::RelyingParty> party, SecondFactorPolicy policy)
    : m_policy{std::move(policy)} {
  if (party) {
    m_challenges.emplace(std::move(*party));
  }
}

Result<Passkeys::Question> Passkeys::ask_anybody(Timestamp now) const {
  if (!m_challenges) {
    return not_configured();
  }
  return Question{m_challenges->party().id(), m_challenges->issue({Ceremony::kLogIn, {}}, now), {}};
}

Result<Passkeys::Question> Passkeys::ask(store::ReadTxn& txn, const Session& session,
                                         Ceremony ceremony, Timestamp now) const {
  if (!m_challenges) {
    return not_configured();
  }
  if (ceremony == Ceremony::kRegister) {
    LK_TRY_VOID(require_fresh_proof(session));
  }
  LK_TRY(const auto factors, load_factors(txn, session.agent()));
  Question question{
      m_challenges->party().id(), m_challenges->issue(purpose_of(ceremony, session.id()), now), {}};
  for (const records::Passkey& passkey : factors.passkeys()) {
    if (ceremony == Ceremony::kRegister || !passkey.copied()) {
      question.credentials.push_back(copy_of(passkey.credential_id()));
    }
  }
  return question;
}

Result<ProvenPasskey> Passkeys::prove(store::ReadTxn& txn, const std::optional<SessionId>& session,
                                      const webauthn::Assertion& assertion, Timestamp now,
                                      RefusedProof& refused) const {
  if (!m_challenges) {
    return refused_as(refused, "passkey_not_configured");
  }
  const auto purpose =
      session ? purpose_of(Ceremony::kStepUp, *session) : webauthn::Purpose{Ceremony::kLogIn, {}};
  const auto answered = m_challenges->redeem(purpose, assertion.client_data_json, now);
  if (const auto* defect = std::get_if<webauthn::Defect>(&answered)) {
    return refused_as(refused, name_of(*defect));
  }
  const auto& challenge = std::get<webauthn::AnsweredChallenge>(answered);
  LK_TRY(const auto owner, passkey_owners().find(txn, as_text(assertion.credential_id)));
  if (!owner) {
    return refused_as(refused, "passkey_unknown");
  }
  const AgentId agent{*owner};
  refused.account = agent;
  LK_TRY(const auto record, load_agent(txn, agent));
  if (record.disabled()) {
    return refused_as(refused, "disabled_agent");
  }
  // An authenticator that was asked for one of the agent's own need not say whose it is.
  const bool may_be_silent = session.has_value() && assertion.user_handle.empty();
  if (!may_be_silent && !same_bytes(assertion.user_handle, agent.bytes())) {
    return refused_as(refused, "passkey_user_handle");
  }
  LK_TRY(auto factors, load_factors(txn, agent));
  const records::Passkey* kept = find(factors, assertion.credential_id);
  if (kept == nullptr) {
    return fail(Errc::kCorrupt, "identity: a passkey is not in the row that its index names");
  }
  const webauthn::PublicKey key{kept->algorithm(), copy_of(kept->public_key())};
  const auto state = webauthn::verify_assertion(challenge, key, assertion);
  if (const auto* defect = std::get_if<webauthn::Defect>(&state)) {
    return refused_as(refused, name_of(*defect));
  }
  return ProvenPasskey{agent, assertion.credential_id, challenge.issued(),
                       std::get<AuthenticatorState>(state)};
}

Result<SecondFactors::Decision> Passkeys::admit(store::WriteTxn& txn, const ProvenPasskey& proven,
                                                Timestamp now) const {
  using Decision = SecondFactors::Decision;
  LK_TRY(auto factors, load_factors(txn, proven.agent()));
  records::Passkey* kept = find(factors, proven.m_credential_id);
  if (kept == nullptr) {
    return Decision{FactorRefusal::kPasskeyGone};
  }
  // One of the future is from a clock that was set back, and must not lock the passkey until then.
  const Timestamp last{kept->last_challenge_ms()};
  if (proven.m_challenge_issued <= last &&
      !window_has_passed(last, webauthn::Challenges::kLife, now)) {
    return Decision{FactorRefusal::kPasskeyUsed};
  }
  kept->set_last_challenge_ms(proven.m_challenge_issued.ms);
  const bool possible = proven.m_state.backup != AuthenticatorState::Backup::kNotPossible;
  if (kept->copied() || has_gone_back(*kept, proven.m_state) ||
      possible != kept->backup_possible()) {
    kept->set_copied(true);
    LK_TRY_VOID(save_factors(txn, proven.agent(), factors));
    return Decision{FactorRefusal::kPasskeyCopied};
  }
  keep_state(*kept, proven.m_state);
  kept->set_last_used_ms(now.ms);
  forget_wrong(factors);
  LK_TRY_VOID(save_factors(txn, proven.agent(), factors));
  return Decision{Admission{Admission::Key{}, proven.agent(), Assurance::kPasskey}};
}

Result<webauthn::Checked<webauthn::NewPasskey>> Passkeys::check(
    const Session& session, const webauthn::Registration& registration, Timestamp now) const {
  using Outcome = webauthn::Checked<webauthn::NewPasskey>;
  if (!m_challenges) {
    return not_configured();
  }
  LK_TRY_VOID(require_fresh_proof(session));
  const auto answered = m_challenges->redeem(purpose_of(Ceremony::kRegister, session.id()),
                                             registration.client_data_json, now);
  if (const auto* defect = std::get_if<webauthn::Defect>(&answered)) {
    return Outcome{*defect};
  }
  return webauthn::verify_registration(std::get<webauthn::AnsweredChallenge>(answered),
                                       registration);
}

Result<std::variant<Passkeys::Added, FactorRefusal>> Passkeys::add(
    store::WriteTxn& txn, const Session& session, const webauthn::NewPasskey& passkey,
    const PasskeyId& id, std::string_view name, std::span<const SecretBytes> recovery_codes,
    Timestamp now) const {
  using Outcome = std::variant<Added, FactorRefusal>;
  LK_TRY_VOID(check_name(name));
  LK_TRY(auto factors, load_factors(txn, session.agent()));
  if (factors.reset() && session.assurance() != Assurance::kEnrolmentOnly) {
    return Outcome{FactorRefusal::kEnrolmentCode};
  }
  if (factors.passkeys_size() >= kMost) {
    return fail(Errc::kConflict, "passkeys: the agent has ten, remove one first");
  }
  LK_TRY_VOID(passkey_owners().add(txn, as_text(passkey.credential_id), session.agent().bytes()));
  if (find(factors, passkey.credential_id) != nullptr) {
    return fail(Errc::kConflict, "passkeys: this one is enrolled already");
  }
  const Paper paper = has_any(factors) ? Paper::kKept : Paper::kNew;
  if (paper == Paper::kNew) {
    set_recovery_codes(factors, recovery_codes);
  }
  factors.clear_reset();
  factors.clear_offered();  // to whoever had less
  factors.clear_devices();
  records::Passkey& kept = *factors.add_passkeys();
  kept.set_id(std::string{id.raw()});
  kept.set_credential_id(std::string{as_text(passkey.credential_id)});
  kept.set_algorithm(passkey.key.algorithm);
  kept.set_public_key(std::string{as_text(passkey.key.value)});
  kept.set_name(std::string{name});
  kept.set_since_ms(now.ms);
  keep_state(kept, passkey.state);
  LK_TRY_VOID(save_factors(txn, session.agent(), factors));
  const bool had_one = session.assurance() != Assurance::kEnrolmentOnly &&
                       session.assurance() != Assurance::kPassword &&
                       session.assurance() != Assurance::kEmailCode;
  return Outcome{Added{Admission{Admission::Key{}, session.agent(),
                                 had_one ? session.assurance() : Assurance::kTwoFactors},
                       paper}};
}

Result<Admission> Passkeys::remove(store::WriteTxn& txn, const Session& session,
                                   const PasskeyId& id) const {
  LK_TRY_VOID(require_fresh_proof(session));
  LK_TRY(auto factors, load_factors(txn, session.agent()));
  auto& passkeys = *factors.mutable_passkeys();
  const auto found = std::ranges::find(passkeys, id.raw(), &records::Passkey::id);
  if (found == passkeys.end()) {
    return fail(Errc::kNotFound, "passkeys: the agent has no such one");
  }
  LK_TRY_VOID(passkey_owners().remove(txn, found->credential_id(), session.agent().bytes()));
  passkeys.erase(found);
  if (!has_usable(factors) && m_policy.is_required_for(session.roles())) {
    return fail(Errc::kConflict, "passkeys: a role of the agent needs the last one");
  }
  if (!has_any(factors)) {
    factors.clear_recovery_codes();
  }
  factors.clear_offered();
  factors.clear_devices();
  LK_TRY_VOID(save_factors(txn, session.agent(), factors));
  return Admission{Admission::Key{}, session.agent(),
                   has_any(factors) ? session.assurance() : Assurance::kPassword};
}

}  // namespace leadkeep::identity
