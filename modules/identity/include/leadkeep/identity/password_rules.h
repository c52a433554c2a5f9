// leadkeep/identity/password_rules.h — which passwords of the local list are too easy
//
// Length, and how many guesses it takes somebody who tries first what others have chosen: words and
// passwords that leaked before, names, dates, rows of keys, repetitions, and the words that lie
// near — the product, the company, the agent's own name. No rule of composition, no expiry.
//
// Refuses  kPasswordTooEasy  fewer than 15 or more than 256 bytes, or a zero; or easier than a
//          million million guesses, which at the rate of login.max_failures nobody lives to make
// Source   NIST SP 800-63B-4 section 3.1.1.2; zxcvbn (USENIX Security 2016), whose lists are in the
//          library
// Threads  any; a check takes milliseconds
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace leadkeep::identity {

class PasswordRules {
 public:
  static constexpr std::size_t kMinBytes = 15;
  static constexpr std::size_t kMaxBytes = 256;

  explicit PasswordRules(std::vector<std::string> context_words = {})
      : m_words{std::move(context_words)} {}

  // `names` are of the agent whose password it will be.
  [[nodiscard]] Result<void> check(const SecretBytes& password,
                                   std::span<const std::string> names) const;

 private:
  std::vector<std::string> m_words;
};

}  // namespace leadkeep::identity
