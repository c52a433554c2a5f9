// leadkeep/oidc/metadata.h — what an OpenID provider says of itself
//
// Takes    the document at ISSUER/.well-known/openid-configuration, and the issuer that the operator
//          has named
// Yields   the addresses that are used here, each https
// Refuses  kInvalidInput, in words for the operator: another issuer, no code flow, no PKCE with S256
//          where it lists methods, no algorithm for signatures that is taken here
// Source   OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2, RFC 8705 section 5,
//          RFC 9207 section 3
// Threads  any; stateless
#pragma once
#include <leadkeep/base/result.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::oidc {

struct ProviderMetadata {
  static constexpr std::size_t kMaxBytes = 256 * 1024;

  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string mtls_token_endpoint;  // for who shows a certificate; the same where there is no other
  std::string jwks_uri;
  std::optional<std::string> end_session_endpoint;
  bool names_issuer = false;  // in each answer to an authorization request, RFC 9207
  std::vector<std::string> client_authentications;  // empty: not said

  [[nodiscard]] static Result<ProviderMetadata> parse(std::string_view json,
                                                      std::string_view issuer);
};

// Where the document is.
[[nodiscard]] std::string metadata_url(std::string_view issuer);

}  // namespace leadkeep::oidc
