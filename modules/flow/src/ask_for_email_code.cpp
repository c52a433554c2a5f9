#include "acting.h"
#include "proven_agent.h"
#include "refusal_time.h"

#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/log_in.h>
#include <leadkeep/mail/mailer.h>

namespace leadkeep::flow {
namespace {

mail::Message message_of(const mail::Address& recipient, const SecretBytes& code) {
  constexpr std::size_t kHalf = identity::EmailCodes::kDigits / 2;
  const std::string_view digits = as_text(code.expose());
  std::string text = "Your code is " + std::string{digits.substr(0, kHalf)} + " " +
                     std::string{digits.substr(kHalf)} +
                     ".\n\n"
                     "It is good for one log-in, within ten minutes, in the window where you asked "
                     "for it.\nNobody else needs it, whoever asks you for it.\n\n"
                     "If you did not ask for a code, somebody else knows your password:\n"
                     "tell your IT department now.\n";
  mail::Message message{recipient, "Your code for Leadkeep", SecretBytes::copy_of(as_bytes(text)),
                        std::chrono::steady_clock::now() + identity::EmailCodes::kLife};
  wipe(text);
  return message;
}

}  // namespace

// 1. The directory proves who it is, as for a log-in. 2. The code counts from the commit on. 3. It is
// sent while nobody waits for it. Whoever asks gets the same answer in the same time, whether there
// will be a mail or not.
Result<EmailQuestion> LogIn::ask_for_email_code(const identity::LoginAttempt& attempt) {
  if (m_mailer == nullptr) {
    return fail(Errc::kNotFound, "e-mail codes: the operator has set no mail.relay");
  }
  if (!attempt.caller.has(clients::Scope::kSessions)) {
    return fail(Errc::kForbidden, "e-mail codes: nobody signs in through this client");
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::string account = throttled_name_of(attempt);
  LK_TRY_VOID(admit_attempt(account, attempt.source));
  auto draft = identity::EmailCodes::Draft::draw();
  Refused refused;
  const auto sent = send_email_code(attempt, draft, refused);
  // Who asks too often, as people do while their mail is late, guesses nothing.
  if (sent || sent.error().code == Errc::kUnavailable ||
      refused.cause == name_of(identity::FactorRefusal::kTooManyEmails)) {
    m_throttle.undecided(account, attempt.source);
  }
  if (!sent) {
    m_refuse.record_log_in(refused.account, refused.cause, attempt.source);
  }
  wait_as_after_refusal(begin, m_refusal_takes);
  if (!sent && sent.error().code != Errc::kUnauthenticated) {
    return Fail{sent.error()};
  }
  return EmailQuestion{std::move(draft.transaction), identity::EmailCodes::kLife};
}

Result<void> LogIn::send_email_code(const identity::LoginAttempt& attempt,
                                    const identity::EmailCodes::Draft& draft, Refused& refused) {
  const Timestamp now = m_house.clock.now();
  LK_TRY(const Proof proof, prove(attempt, std::nullopt, refused));
  const auto address = email_address_of(proof);
  const auto fresh = crypto::new_id<AgentId>(now);
  using Refusal = std::optional<Refused>;
  const auto outcome = m_house.store.write([&](store::WriteTxn& txn) -> Result<Refusal> {
    LK_TRY(const auto who, agent_of(txn, proof, fresh, now));
    refused.account = who.agent();
    if (!address) {
      return Refusal{Refused{"no_email_address", who.agent()}};
    }
    LK_TRY(const auto refusal, m_factors.email_codes.issue(txn, who, address->text(), draft, now));
    if (refusal) {
      return Refusal{Refused{name_of(*refusal), who.agent()}};
    }
    LK_TRY_VOID(audit::append(
        txn, entry_by(std::nullopt, audit::Act::kEmailCodeSent, audit::object_of(who.agent())),
        now));
    return Refusal{};
  });
  if (!outcome) {
    refused.cause = cause_of(outcome.error().code);
    return Fail{outcome.error()};
  }
  if (outcome.value()) {
    refused = *outcome.value();
    return fail(Errc::kUnauthenticated, "e-mail code: refused");
  }
  m_mailer->post(message_of(*address, draft.code));
  return {};
}

}  // namespace leadkeep::flow
