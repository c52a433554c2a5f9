// What a provider's server answers: its metadata ('m'), or the answer of its token endpoint with a
// status of 200 ('t') or 400. Addresses that are taken are https; of a refusal nothing is repeated but
// the words that RFC 6749 has.
#include "fuzz_target.h"
#include "token_answer.h"

#include <leadkeep/base/check.h>
#include <leadkeep/oidc/metadata.h>

#include <string>

namespace leadkeep::oidc {
namespace {

bool is_plain_https(const std::string& url) {
  return url.starts_with("https://") && url.find_first_of("\r\n\t \"<>#") == std::string::npos;
}

void check_metadata(std::string_view text) {
  constexpr std::string_view kIssuer = "https://a.example";
  const auto metadata = ProviderMetadata::parse(text, kIssuer);
  if (!metadata) {
    return;
  }
  const ProviderMetadata& said = metadata.value();
  LK_CHECK(said.issuer == kIssuer && is_plain_https(said.authorization_endpoint));
  LK_CHECK(is_plain_https(said.token_endpoint) && is_plain_https(said.jwks_uri));
  LK_CHECK(!said.end_session_endpoint || is_plain_https(*said.end_session_endpoint));
}

void check_answer(long status, std::string_view body) {
  const auto answer = read_token_answer(status, body);
  LK_CHECK(status == 200 || !answer.ok());
  LK_CHECK(answer.ok() || answer.error().detail.size() <= 100);
}

void check_input(std::string_view input) {
  if (input.empty()) {
    return;
  }
  const std::string_view rest = input.substr(1);
  switch (input.front()) {
    case 'm':
      return check_metadata(rest);
    case 't':
      return check_answer(200, rest);
    default:
      return check_answer(400, rest);
  }
}

}  // namespace
}  // namespace leadkeep::oidc

LK_FUZZ_TARGET(leadkeep::oidc::check_input)
