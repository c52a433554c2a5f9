// leadkeep/identity/login_throttle.h — guessing costs time
//
// Counts failed log-ins per account name, known or not, and per
// source address in a window of 15 minutes. At the limit further attempts are refused before any
// password is looked at, the same way for accounts that exist and that do not. In memory, at most
// 16,384 entries; when full, the oldest go first. Names are kept as keyed hashes only: what people
// type by mistake where a name belongs is a password, or a customer's address.
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/key.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace leadkeep::identity {

class LoginThrottle {
 public:
  explicit LoginThrottle(std::uint32_t max_failures)
      : m_max_failures{max_failures}, m_key{crypto::Key256::random()} {}

  // Counts the attempt as a failure until succeeded() says otherwise, so that attempts in parallel
  // cannot slip past the limit. kTooManyRequests at the limit.
  [[nodiscard]] Result<void> admit(std::string_view account, std::string_view source,
                                   Timestamp now);
  void succeeded(std::string_view account, std::string_view source);

 private:
  struct Bucket {
    std::uint32_t failures = 0;
    Timestamp window_start;
  };

  using Buckets = std::unordered_map<std::string, Bucket>;
  using Names = std::array<std::string, 2>;  // of the account and of the source

  [[nodiscard]] Names names_of(std::string_view account, std::string_view source) const;

  const std::uint32_t m_max_failures;
  const crypto::Key256 m_key;
  Guarded<Buckets> m_buckets;
};

}  // namespace leadkeep::identity
