// leadkeep/saml/wire.h — what goes to the process that reads XML, and what comes back
//
// One JSON object each way. What comes back is foreign text, as that process has read a stranger's
// XML: whatever is not exactly such an answer is none.
//
// Threads  any; stateless
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/saml/response.h>

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::saml {

inline constexpr std::size_t kMaxWire = 1024 * 1024;  // bytes of either

// The keys that decrypt are not in it: the reader has them from its start.
struct Job {
  std::string posted;  // SAMLResponse
  IdentityProvider provider;
  ServiceProvider us;
  Question question;
  Timestamp now;
};

[[nodiscard]] std::string write_job(const Job& job);
[[nodiscard]] std::optional<Job> read_job(std::string_view text);

[[nodiscard]] std::string write_judgement(const Judgement& judgement);
[[nodiscard]] std::optional<Judgement> read_judgement(std::string_view text);

}  // namespace leadkeep::saml
