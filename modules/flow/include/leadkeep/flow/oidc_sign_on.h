// leadkeep/flow/oidc_sign_on.h — the path of a log-in at an OpenID provider
//
//   a browser ─ begin ─ cookie + authorization request ─ provider
//   code, in the same browser ─ state ─ throttle ─ issuer ─ token endpoint ─ ID token judged ─
//       person_of ─ a row
//   a page of ours in that browser ─ LogIn ─ second factor ─ Session
//
// From the row on it is the path of flow/sign_on.h. The browser sees a code and never a token; no token
// of the provider is kept.
//
// Errors   kNotFound         no such provider, or the operator has named none
//          kUnavailable      the provider does not answer, or knows us not; the log says what to do
//          kUnauthenticated  one answer for every cause; the detail, which is for the log, and the
//                            audit trail know the check by its name
//          kTooManyRequests  throttled, before anything but the browser's own cookie is looked at
// Threads  any; nothing is locked and no transaction is open while the provider is waited for
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/refuse.h>
#include <leadkeep/identity/federation.h>
#include <leadkeep/identity/login_throttle.h>
#include <leadkeep/identity/sign_on_answers.h>
#include <leadkeep/identity/sign_on_requests.h>
#include <leadkeep/oidc/provider.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::flow {

struct OidcProvider {
  std::unique_ptr<oidc::Provider> provider;
  std::vector<std::string> scopes;
  identity::FederationRules rules;
};

// This installation, as OpenID providers know it.
struct OidcService {
  std::map<std::string, OidcProvider> providers;  // by the operator's name
  std::string published_keys;                     // ours, a JWK Set
  std::string home;                               // where a browser comes back to
};

class OidcSignOn {
 public:
  // `service` is nullptr where the operator has named no provider.
  OidcSignOn(House& house, const OidcService* service, const identity::SignOnRequests& requests,
             const identity::SignOnAnswers& answers, identity::LoginThrottle& throttle,
             Refuse& refuse)
      : m_house{house},
        m_service{service},
        m_requests{requests},
        m_answers{answers},
        m_throttle{throttle},
        m_refuse{refuse} {}

  struct Departure {
    SecretBytes cookie;
    std::string location;
  };

  // Without a name it is the only provider that there is.
  [[nodiscard]] Result<Departure> begin_log_in(std::string_view provider) const;
  // The provider is told to ask its person again.
  [[nodiscard]] Result<Departure> begin_step_up(std::string_view provider,
                                                const identity::Session& session) const;

  struct Answer {
    std::string_view provider;  // whose redirect URI it came to
    std::string_view cookie;
    std::string_view state;
    std::string_view issuer;  // empty: not said
    std::string_view code;    // empty: the provider has refused
    std::string source;       // address of the peer
  };

  [[nodiscard]] Result<void> take(const Answer& answer);

  [[nodiscard]] Result<std::string> published_keys() const;

 private:
  [[nodiscard]] Result<Departure> begin(std::string_view provider,
                                        const std::optional<identity::SessionId>& session) const;
  [[nodiscard]] Result<void> judge(const identity::SignOnRequest& request, const Answer& answer);
  [[nodiscard]] Result<void> keep(const identity::SignOnRequest& request,
                                  const OidcProvider& provider, const oidc::Identity& identity);

  House& m_house;
  const OidcService* const m_service;
  const identity::SignOnRequests& m_requests;
  const identity::SignOnAnswers& m_answers;
  identity::LoginThrottle& m_throttle;
  Refuse& m_refuse;
};

}  // namespace leadkeep::flow
