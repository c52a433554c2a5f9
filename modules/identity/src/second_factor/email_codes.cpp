#include "second_factor/factor_record.h"
#include "second_factor/guessing.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/crypto/token.h>
#include <leadkeep/identity/email_codes.h>

#include <algorithm>
#include <cstring>

namespace leadkeep::identity {
namespace {

constexpr std::chrono::hours kCountedFor{1};
constexpr std::size_t kLongestTyped = 16;

SecretBytes draw_digits() {
  const SecretBytes random = crypto::random_secret(sizeof(std::uint64_t));
  std::uint64_t number = 0;
  std::memcpy(&number, random.expose().data(), sizeof(number));
  SecretBytes digits{EmailCodes::kDigits};
  for (std::byte& digit : digits.expose_mutable()) {
    digit = static_cast<std::byte>('0' + number % 10);
    number /= 10;
  }
  return digits;
}

// As it was sent; empty for what is no code.
SecretBytes without_spaces(const SecretBytes& typed) {
  SecretBytes digits{EmailCodes::kDigits};
  std::size_t count = 0;
  if (typed.size() > kLongestTyped) {
    return {};
  }
  for (const char c : as_text(typed.expose())) {
    if (c == ' ') {
      continue;
    }
    if (c < '0' || c > '9' || count == EmailCodes::kDigits) {
      return {};
    }
    digits.expose_mutable()[count++] = static_cast<std::byte>(c);
  }
  return count == EmailCodes::kDigits ? std::move(digits) : SecretBytes{};
}

ByteArray<32> hash_of(const SecretBytes& transaction, const SecretBytes& code) {
  return crypto::sha256({transaction.expose(), code.expose()});
}

ByteArray<32> hash_of_address(std::string_view address) {
  return crypto::sha256({as_bytes(to_lower_ascii(address))});
}

bool is_for(const SecondFactorPolicy& policy, const records::Agent& agent,
            const records::SecondFactors& factors) {
  return !has_any(factors) && !factors.reset() && policy.accepts_email_code(roles_of(agent));
}

void forget_old(records::SecondFactors& factors, Timestamp now) {
  auto& sent = *factors.mutable_emails_sent_ms();
  const auto old = std::remove_if(sent.begin(), sent.end(), [&](std::int64_t at_ms) {
    return window_has_passed(Timestamp{at_ms}, kCountedFor, now);
  });
  sent.Truncate(static_cast<int>(old - sent.begin()));
}

bool counts(const records::SecondFactors& factors, Timestamp now) {
  return factors.has_email_code() &&
         !window_has_passed(Timestamp{factors.email_code().at_ms()}, EmailCodes::kLife, now);
}

bool is_right(const records::EmailCode& sent, std::string_view address,
              const SecretBytes& transaction, const SecretBytes& code) {
  const auto hash = hash_of(transaction, code);
  return code.size() == EmailCodes::kDigits && transaction.size() == crypto::token::kCharacters &&
         same_bytes(as_bytes(sent.address()), hash_of_address(address)) &&
         crypto::compare_constant_time(as_bytes(sent.hash()), hash) == crypto::Compared::kEqual;
}

}  // namespace

EmailCodes::Draft EmailCodes::Draft::draw() {
  return {crypto::token::draw(), draw_digits()};
}

Result<std::optional<FactorRefusal>> EmailCodes::issue(store::WriteTxn& txn,
                                                       const ProvenIdentity& who,
                                                       std::string_view address, const Draft& draft,
                                                       Timestamp now) const {
  using Refusal = std::optional<FactorRefusal>;
  LK_TRY(const records::Agent agent, load_agent(txn, who.agent()));
  LK_TRY(auto factors, load_factors(txn, who.agent()));
  if (!is_for(m_policy, agent, factors)) {
    return Refusal{FactorRefusal::kNoEmailCode};
  }
  if (is_blocked(factors, now)) {
    return Refusal{FactorRefusal::kBlocked};
  }
  forget_old(factors, now);
  if (factors.emails_sent_ms_size() >= kMostPerHour) {
    return Refusal{FactorRefusal::kTooManyEmails};
  }
  factors.add_emails_sent_ms(now.ms);
  records::EmailCode& code = *factors.mutable_email_code();
  code.Clear();
  code.set_hash(std::string{as_text(hash_of(draft.transaction, draft.code))});
  code.set_address(std::string{as_text(hash_of_address(address))});
  code.set_at_ms(now.ms);
  LK_TRY_VOID(save_factors(txn, who.agent(), factors));
  return Refusal{};
}

Result<SecondFactors::Decision> EmailCodes::admit(store::WriteTxn& txn, const ProvenIdentity& who,
                                                  std::string_view address,
                                                  const SecretBytes& transaction,
                                                  const SecretBytes& typed, Timestamp now) const {
  using Decision = SecondFactors::Decision;
  LK_TRY(const records::Agent agent, load_agent(txn, who.agent()));
  LK_TRY(auto factors, load_factors(txn, who.agent()));
  if (!is_for(m_policy, agent, factors)) {
    return Decision{FactorRefusal::kNoEmailCode};
  }
  if (typed.empty()) {
    return Decision{FactorRefusal::kMissing};
  }
  if (is_blocked(factors, now)) {
    return Decision{FactorRefusal::kBlocked};
  }
  if (!counts(factors, now)) {
    return Decision{FactorRefusal::kWrong};  // there is nothing to guess
  }
  if (!is_right(factors.email_code(), address, transaction, without_spaces(typed))) {
    const FactorRefusal refusal = count_wrong(factors, now);
    factors.mutable_email_code()->set_wrong(factors.email_code().wrong() + 1);
    if (factors.email_code().wrong() >= kMostWrong) {
      factors.clear_email_code();
    }
    LK_TRY_VOID(save_factors(txn, who.agent(), factors));
    return Decision{refusal};
  }
  factors.clear_email_code();
  forget_wrong(factors);
  LK_TRY_VOID(save_factors(txn, who.agent(), factors));
  return Decision{Admission{Admission::Key{}, who.agent(), Assurance::kEmailCode}};
}

}  // namespace leadkeep::identity
