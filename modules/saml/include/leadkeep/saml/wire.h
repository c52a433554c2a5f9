// leadkeep/saml/wire.h — what goes to the process that reads XML, and what comes back
//
// A job is a JSON object in a line, and behind it what a stranger has sent, as it came: a response, a
// logout message or metadata. Its judgement, or what metadata says, comes back as a JSON object. That is
// foreign text, as that process has read a stranger's XML: whatever is not exactly such an answer is
// none.
//
// Threads  any; stateless
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/base/result.h>
#include <leadkeep/saml/logout.h>
#include <leadkeep/saml/provider_metadata.h>
#include <leadkeep/saml/response.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leadkeep::saml {

inline constexpr std::size_t kMaxWire = 1024 * 1024;  // bytes of either

// The keys that decrypt are not in it: the reader has them from its start.
struct ResponseJob {
  std::string posted;  // SAMLResponse
  IdentityProvider provider;
  ServiceProvider us;
  Question question;
  Timestamp now;
};

struct MetadataJob {
  std::string xml;
  std::vector<Bytes> signed_by;  // as read_metadata() of saml_judge takes it
};

// Signed as a whole by that identity provider.
struct LogoutJob {
  std::string xml;
  LogoutKind kind;
  std::string provider;     // its entity id
  std::string destination;  // our logout service
  Timestamp now;
};

using Job = std::variant<ResponseJob, MetadataJob, LogoutJob>;

[[nodiscard]] std::string write_job(const ResponseJob& job);
[[nodiscard]] std::string write_job(const MetadataJob& job);
[[nodiscard]] std::string write_job(const LogoutJob& job);
[[nodiscard]] std::optional<Job> read_job(std::string_view text);

[[nodiscard]] std::string write_judgement(const Judgement& judgement);
[[nodiscard]] std::optional<Judgement> read_judgement(std::string_view text);

[[nodiscard]] std::string write_logout(const LogoutJudgement& judgement);
[[nodiscard]] std::optional<LogoutJudgement> read_logout(std::string_view text);

// Or the detail of what was refused, as kInvalidInput.
[[nodiscard]] std::string write_metadata(const Result<ProviderMetadata>& metadata);
[[nodiscard]] std::optional<Result<ProviderMetadata>> read_metadata(std::string_view text);

}  // namespace leadkeep::saml
