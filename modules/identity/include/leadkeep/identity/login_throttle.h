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
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace leadkeep::identity {

class LoginThrottle {
 public:
  LoginThrottle(std::uint32_t max_failures, std::uint32_t max_failures_of_person)
      : m_max_failures{max_failures},
        m_max_failures_of_person{max_failures_of_person},
        m_key{crypto::Key256::random()} {}

  // Counts the attempt as a failure until succeeded() says otherwise, so that attempts in parallel
  // cannot slip past the limit. kTooManyRequests at the limit.
  [[nodiscard]] Result<void> admit(std::string_view account, std::string_view source,
                                   Timestamp now);
  void succeeded(std::string_view account, std::string_view source);
  // Nothing was decided: the attempt does not count.
  void undecided(std::string_view account, std::string_view source);

  // Apart from log-ins, so that strangers who guess keep nobody who is signed in from a step-up, and
  // nobody from an emergency.
  [[nodiscard]] Result<void> admit_step_up(std::string_view agent, Timestamp now);
  void step_up_decided(std::string_view agent);  // it succeeded, or nothing was decided
  [[nodiscard]] Result<void> admit_break_glass(std::string_view source, Timestamp now);
  void break_glass_decided(std::string_view source);

  // The same for a person of the directory, whatever name was typed: at this limit the directory is
  // not asked any more, so that nobody's account there is locked from here.
  [[nodiscard]] Result<void> admit_person(std::string_view person, Timestamp now);
  void person_succeeded(std::string_view person);
  void person_undecided(std::string_view person);

 private:
  struct Bucket {
    std::uint32_t failures = 0;
    Timestamp window_start;
  };

  using Buckets = std::unordered_map<std::string, Bucket>;

  // Of what kind it is, and its hash.
  [[nodiscard]] std::string name_of(std::string_view kind, std::string_view name) const;
  [[nodiscard]] std::array<std::string, 2> names_of(std::string_view account,
                                                    std::string_view source) const;
  [[nodiscard]] Result<void> count(std::span<const std::string> names, std::uint32_t limit,
                                   Timestamp now);
  static void take_back(Buckets& buckets, const std::string& name);

  const std::uint32_t m_max_failures;
  const std::uint32_t m_max_failures_of_person;
  const crypto::Key256 m_key;
  Guarded<Buckets> m_buckets;
};

}  // namespace leadkeep::identity
