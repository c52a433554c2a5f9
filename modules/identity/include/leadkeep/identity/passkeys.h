// leadkeep/identity/passkeys.h — log-in path: signing in with a passkey
//
//   challenge ─ browser, authenticator ─ assertion ─ ProvenPasskey ─ Admission ─ Session
//
// A passkey is proof and second factor in one: the authenticator has verified its user. It says
// whose it is, so nobody types a name, and nobody learns from a question which names exist.
//
// An assertion is taken once: a passkey takes no challenge but later ones than the last, which is
// written in the transaction that opens the session. A counter that goes back means that there are
// two of the authenticator; then this passkey signs in nobody any more, all sessions end, and the
// agent goes on with another factor. Answers that arrive in another order than they were signed in
// look the same. Passkeys that their maker keeps for other devices do not count, so no copy of these
// is seen.
//
// Errors   kNotFound        no origin is set, so there are no passkeys; or no such passkey
//          kStepUpRequired  a session whose proof is old changes no passkeys
//          kConflict        the passkey is known, the agent has ten, or a role needs the last one
//          kInvalidInput    a name that is not 1 to 64 bytes of printable UTF-8
// Threads  any; inside the caller's transaction
// Source   WebAuthn Level 3 section 7.2; section 6.1.1 (the counter)
#pragma once
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/second_factors.h>
#include <leadkeep/webauthn/challenges.h>
#include <leadkeep/webauthn/registration.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace leadkeep::identity {

// Made by an assertion that was verified just now, and by nothing else.
class ProvenPasskey {
 public:
  [[nodiscard]] const AgentId& agent() const noexcept { return m_agent; }

 private:
  friend class Passkeys;

  ProvenPasskey(const AgentId& agent, Bytes credential_id, Timestamp challenge_issued,
                const webauthn::AuthenticatorState& state)
      : m_agent{agent},
        m_credential_id{std::move(credential_id)},
        m_challenge_issued{challenge_issued},
        m_state{state} {}

  AgentId m_agent;
  Bytes m_credential_id;
  Timestamp m_challenge_issued;
  webauthn::AuthenticatorState m_state;
};

class Passkeys {
 public:
  static constexpr int kMost = 10;  // of one agent
  static constexpr std::size_t kMaxNameBytes = 64;

  Passkeys(std::optional<webauthn::RelyingParty> party, SecondFactorPolicy policy);

  // What the browser is to ask the authenticator.
  struct Question {
    std::string party;  // RP ID
    Bytes challenge;
    std::vector<Bytes> credentials;  // the agent's; none where nobody is known yet
  };

  [[nodiscard]] Result<Question> ask_anybody(Timestamp now) const;
  [[nodiscard]] Result<Question> ask(store::ReadTxn& txn, const Session& session,
                                     webauthn::Ceremony ceremony, Timestamp now) const;

  // `session` is of the agent who proves again who acts. `refused` is filled in when this fails.
  [[nodiscard]] Result<ProvenPasskey> prove(store::ReadTxn& txn,
                                            const std::optional<SessionId>& session,
                                            const webauthn::Assertion& assertion, Timestamp now,
                                            RefusedProof& refused) const;
  [[nodiscard]] Result<SecondFactors::Decision> admit(store::WriteTxn& txn,
                                                      const ProvenPasskey& proven,
                                                      Timestamp now) const;

  [[nodiscard]] Result<webauthn::Checked<webauthn::NewPasskey>> check(
      const Session& session, const webauthn::Registration& registration, Timestamp now) const;

  enum class Paper : std::uint8_t { kKept, kNew };

  struct Added {
    Admission admission;
    Paper paper;  // whether the recovery codes are those that were given
  };

  // `recovery_codes` are for an agent whose first factor this is.
  [[nodiscard]] Result<std::variant<Added, FactorRefusal>> add(
      store::WriteTxn& txn, const Session& session, const webauthn::NewPasskey& passkey,
      const PasskeyId& id, std::string_view name, std::span<const SecretBytes> recovery_codes,
      Timestamp now) const;
  [[nodiscard]] Result<Admission> remove(store::WriteTxn& txn, const Session& session,
                                         const PasskeyId& id) const;

 private:
  std::optional<webauthn::Challenges> m_challenges;
  SecondFactorPolicy m_policy;
};

}  // namespace leadkeep::identity
