// leadkeep/oidc/logout_token.h — a provider's word that a session there has ended
//
// Takes    the token that the provider has posted to us, and its keys
// Yields   LogoutNotice, or the first Defect
// Refuses  what judge_id_token() would of the parts that both have; a type other than logout+jwt, a
//          token without the event, without jti, with neither sub nor sid, or with a nonce
// Source   OpenID Connect Back-Channel Logout 1.0 section 2.6
// Threads  any; stateless
#pragma once
#include <leadkeep/oidc/id_token.h>

#include <string>
#include <string_view>
#include <variant>

namespace leadkeep::oidc {

struct LogoutNotice {
  std::string id;            // jti
  Pii<std::string> subject;  // empty: of the session alone
  std::string session_id;    // empty: all of the subject
  Timestamp expires;         // from then on it is not taken, the skew counted in
};

[[nodiscard]] std::variant<LogoutNotice, Defect> judge_logout_token(std::string_view token,
                                                                    const jose::KeySet& keys,
                                                                    std::string_view issuer,
                                                                    std::string_view client_id,
                                                                    Timestamp now);

}  // namespace leadkeep::oidc
