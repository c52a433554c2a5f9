// leadkeep/identity/second_factors.h — log-in path: what an agent has beside the password
//
//   ProvenIdentity + what was typed ─ Admission (how sure) ─ Session
//
// An authenticator app (totp.h), recovery codes, and passkeys (passkeys.h), which need no password
// beside them: who has a passkey and types a password is asked for one of the others. Whoever has
// enrolled is asked, and whoever has to and has not may enrol and do nothing else. A code is taken
// once: its step is written in the transaction that opens the session.
//
// Guessing: five wrong ones in 15 minutes, over all log-ins, and no code of the app is looked at
// until they are over; a hundred in a row, and none is until another factor was used. A recovery
// code cannot be guessed and is always looked at, so nobody is locked out by somebody else's
// guesses.
//
// An administrator's reset takes every factor away and gives a code to enrol with, good for ten
// minutes and once. It never replaces a factor: until a new one is enrolled, nothing else is let
// in.
//
// Refusals are counted in the transaction, so they come back as values: it has to commit.
// Threads  any; inside the caller's transaction
// Source   RFC 6238 section 5.2 (once), NIST SP 800-63B-4 section 3.2.2 (guessing)
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/identity/admission.h>
#include <leadkeep/identity/proven_identity.h>
#include <leadkeep/identity/session.h>
#include <leadkeep/store/transaction.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace leadkeep::identity {

// Never for the one who tried, who is told the same for each.
enum class FactorRefusal : std::uint8_t {
  kMissing,        // the agent has one and typed none
  kWrong,          // or used, or too late
  kGuessed,        // wrong, as often as nobody mistypes: the twentieth in a row
  kBlocked,        // five wrong ones in the last 15 minutes
  kStopped,        // a hundred wrong ones in a row
  kNotOffered,     // a code to confirm what was not offered, or too long ago
  kEnrolmentCode,  // after a reset: the code to enrol with is missing, wrong or too old
  kPasskeyGone,    // it was removed meanwhile
  kPasskeyUsed,    // the challenge, or a later one, was answered before
  kPasskeyCopied,  // its counter went back: there are two of it
  kDeviceCopied,   // an old secret of a recognised device: there are two of it
  kDeviceKey,      // a recognised device without its key: taken out of its browser, or lost by it
  kNoEmailCode,    // the agent's roles take no code by e-mail, or the agent has a better factor
  kTooManyEmails,  // three codes were sent in the last hour
};

[[nodiscard]] std::string_view name_of(FactorRefusal refusal) noexcept;

struct PasskeyKind {
  static constexpr std::string_view kPrefix = "passkey_";
};

using PasskeyId = Id<PasskeyKind>;

struct PasskeySummary {
  PasskeyId id;
  std::string name;  // the agent's word for it
  Timestamp since;
  std::optional<Timestamp> last_used;
  bool backed_up;  // its maker keeps it for the agent's other devices
  bool copied;     // and so of no use any more
};

class SecondFactors {
 public:
  static constexpr std::chrono::minutes kEnrolmentTime{10};

  explicit SecondFactors(SecondFactorPolicy policy) : m_policy{std::move(policy)} {}

  using Decision = std::variant<Admission, FactorRefusal>;

  // `typed` is empty if nothing was typed.
  [[nodiscard]] Result<Decision> admit(store::WriteTxn& txn, const ProvenIdentity& who,
                                       const SecretBytes& typed, Timestamp now) const;

  // The identity provider says that it has asked for two. Not after a reset: the code to enrol with is
  // then asked for as of everybody.
  [[nodiscard]] Result<Decision> admit_by_provider(store::WriteTxn& txn, const ProvenIdentity& who,
                                                   const SecretBytes& typed, Timestamp now) const;

  struct Overview {
    bool required;
    std::optional<Timestamp> totp_since;
    std::size_t recovery_codes_left;
    std::vector<PasskeySummary> passkeys;
  };

  [[nodiscard]] Result<Overview> look_at(store::ReadTxn& txn, const Session& session) const;

  // A new secret for the agent's app, which counts once it is confirmed with a code of it. Who has
  // such an app types a code as well: a session alone replaces none. Who has passkeys only has
  // proven shortly before who acts, or gets kStepUpRequired.
  [[nodiscard]] Result<std::optional<FactorRefusal>> offer_totp(store::WriteTxn& txn,
                                                                const Session& session,
                                                                const SecretBytes& typed,
                                                                const SecretBytes& fresh,
                                                                Timestamp now) const;
  // Replaces the app and the recovery codes that were there before.
  [[nodiscard]] Result<Decision> confirm_totp(store::WriteTxn& txn, const Session& session,
                                              const SecretBytes& code,
                                              std::span<const SecretBytes> recovery_codes,
                                              Timestamp now) const;
  // `typed` is empty where a session that a passkey opened shortly before asks.
  [[nodiscard]] Result<std::optional<FactorRefusal>> replace_recovery_codes(
      store::WriteTxn& txn, const Session& session, const SecretBytes& typed,
      std::span<const SecretBytes> recovery_codes, Timestamp now) const;

  // What the agent enrols with is `enrolment_code` (recovery::new_code()).
  [[nodiscard]] Result<void> reset(store::WriteTxn& txn, const AgentId& agent,
                                   const SecretBytes& enrolment_code, Timestamp now) const;

 private:
  SecondFactorPolicy m_policy;
};

}  // namespace leadkeep::identity
