#include "form.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/oidc/authorization_request.h>

namespace leadkeep::oidc {
namespace {

std::string joined(const std::vector<std::string>& scopes) {
  std::string text;
  for (const std::string& scope : scopes) {
    text.append(text.empty() ? "" : " ").append(scope);
  }
  return text;
}

}  // namespace

std::string authorization_url(std::string_view endpoint, const AuthorizationRequest& request) {
  Form form;
  form.add("response_type", "code")
      .add("client_id", request.client_id)
      .add("redirect_uri", request.redirect_uri)
      .add("scope", joined(request.scopes))
      .add("state", request.state)
      .add("nonce", request.nonce)
      .add("code_challenge", to_base64url(crypto::sha256({as_bytes(request.code_verifier)})))
      .add("code_challenge_method", "S256");
  if (request.ask == Ask::kAgain) {
    form.add("prompt", "login").add("max_age", "0");
  }
  const bool has_query = endpoint.find('?') != std::string_view::npos;
  return std::string{endpoint} + (has_query ? "&" : "?") + std::move(form).take();
}

}  // namespace leadkeep::oidc
