// leadkeep/flow/sign_on.h — the path of a log-in at an identity provider
//
//   a browser ─ begin ─ cookie + signed request ─ identity provider
//   its answer, in the same browser ─ throttle ─ judge (a process of its own) ─ person_of ─ a row
//   a page of ours in that browser ─ LogIn ─ second factor ─ Session
//
// The answer itself opens nothing: a session is bound to a key that only our page can use, and may need
// a second factor of ours. The row is good for five minutes, once, and in the browser that has asked.
//
// Errors   kNotFound         no such identity provider, or the operator has named none
//          kUnavailable      its metadata is over, and there is no newer
//          kUnauthenticated  one answer for every cause; the detail, which is for the log, and the
//                            audit trail know the check by its id
//          kTooManyRequests  throttled, before anything but the browser's own cookie is looked at
// Threads  any
#pragma once
#include <leadkeep/crypto/rsa.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/refuse.h>
#include <leadkeep/identity/federation.h>
#include <leadkeep/identity/login_throttle.h>
#include <leadkeep/identity/sign_on_answers.h>
#include <leadkeep/identity/sign_on_requests.h>
#include <leadkeep/saml/authn_request.h>
#include <leadkeep/saml/provider_metadata.h>
#include <leadkeep/saml/service_metadata.h>
#include <leadkeep/saml/wire.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leadkeep::flow {

// What the operator calls an identity provider: letters and '_' of the configuration.
struct ProviderName {
  std::string_view text;
};

[[nodiscard]] inline std::string log_text(ProviderName name) {
  return std::string{name.text};
}

// Where its metadata is fetched, going on from what an administrator confirmed.
struct MetadataSource {
  std::string url;
  std::vector<Bytes>
      signed_by;  // SubjectPublicKeyInfo, DER; none: nothing that is fetched changes a key
  saml::ProviderMetadata confirmed;
  Bytes confirmed_sha256;
};

// As an administrator confirmed it.
struct SamlProvider {
  enum class Binding : std::uint8_t { kRedirect, kPost };

  saml::IdentityProvider provider;
  std::string sign_on_url;
  std::optional<std::string> logout_url;  // by redirect; nothing where that is not offered
  std::optional<std::string> logout_answer_url;
  Binding binding = Binding::kRedirect;
  identity::FederationRules rules;
  std::optional<MetadataSource> source;  // nothing: it is not fetched
};

// This installation, as identity providers know it.
struct SamlService {
  saml::ServiceDescription us;
  crypto::RsaPrivateKey signing_key;
  std::map<std::string, SamlProvider> providers;  // by the operator's name
};

// saml::Reader::judge
using Judge = std::function<Result<saml::Judgement>(const saml::ResponseJob&)>;

class SignOn {
 public:
  // `service` is nullptr where the operator has named no identity provider.
  SignOn(House& house, const SamlService* service, Judge judge,
         const identity::SignOnRequests& requests, const identity::SignOnAnswers& answers,
         identity::LoginThrottle& throttle, Refuse& refuse)
      : m_house{house},
        m_service{service},
        m_judge{std::move(judge)},
        m_requests{requests},
        m_answers{answers},
        m_throttle{throttle},
        m_refuse{refuse} {}

  struct Departure {
    SecretBytes cookie;
    std::variant<std::string, saml::Form> to;  // an address, or what to post
  };

  // Without a name it is the only identity provider that there is.
  [[nodiscard]] Result<Departure> begin_log_in(std::string_view provider) const;
  // The identity provider is told to ask its person again.
  [[nodiscard]] Result<Departure> begin_step_up(std::string_view provider,
                                                const identity::Session& session) const;

  struct Answer {
    std::string_view cookie;
    std::string_view relay_state;
    std::string saml_response;
    std::string source;  // address of the peer
  };

  [[nodiscard]] Result<void> take(const Answer& answer);

  // Of the cookie that begin() gave, for a LoginAttempt; nothing where it is too old or not ours.
  [[nodiscard]] std::optional<identity::SignOnRequest> request_of(std::string_view cookie) const {
    return m_requests.find_answered(cookie, m_house.clock.now());
  }

  [[nodiscard]] Result<std::string> metadata() const;

 private:
  [[nodiscard]] Result<Departure> begin(std::string_view provider,
                                        const std::optional<identity::SessionId>& session) const;
  [[nodiscard]] Result<void> judge(const identity::SignOnRequest& request, const Answer& answer);
  [[nodiscard]] Result<void> keep(const identity::SignOnRequest& request,
                                  const SamlProvider& provider, const saml::Judgement& judgement);

  House& m_house;
  const SamlService* const m_service;
  Judge m_judge;
  const identity::SignOnRequests& m_requests;
  const identity::SignOnAnswers& m_answers;
  identity::LoginThrottle& m_throttle;
  Refuse& m_refuse;
};

}  // namespace leadkeep::flow
