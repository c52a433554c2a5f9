// leadkeep/oidc/authorization_request.h — where the browser goes to be asked who it is
//
// Source   OpenID Connect Core section 3.1.2.1, RFC 7636 section 4 (PKCE)
// Threads  any; stateless
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::oidc {

enum class Ask : std::uint8_t {
  kOnce,   // a session at the provider is enough
  kAgain,  // its person has to prove who they are now
};

struct AuthorizationRequest {
  std::string_view client_id;
  std::string_view redirect_uri;
  const std::vector<std::string>& scopes;
  std::string_view state;
  std::string_view nonce;
  std::string_view code_verifier;
  Ask ask = Ask::kOnce;
};

[[nodiscard]] std::string authorization_url(std::string_view endpoint,
                                            const AuthorizationRequest& request);

}  // namespace leadkeep::oidc
