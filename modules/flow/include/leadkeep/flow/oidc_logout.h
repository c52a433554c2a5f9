// leadkeep/flow/oidc_logout.h — the path of a sign-out that an OpenID provider takes part in
//
//   an agent signs out ─ session ends ─ the provider's end-session address
//   provider ─ logout token, from server to server ─ judged ─ once ─ sessions from there end
//
// As in flow/single_logout.h a session ends here at once, and nobody is throttled: what no provider has
// signed costs less than the connection that brings it.
//
// Errors   kNotFound         no such provider
//          kUnauthenticated  not a logout token of it, or one that was taken before
//          kUnavailable      the provider's keys cannot be read, or the store cannot write; the
//                            provider may send it again
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/log_in.h>
#include <leadkeep/flow/oidc_sign_on.h>
#include <leadkeep/identity/sign_on_answers.h>

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::flow {

class OidcLogout {
 public:
  // `service` is nullptr where the operator has named no provider.
  OidcLogout(House& house, const OidcService* service, LogIn& log_in,
             const identity::SessionStore& sessions, const identity::SignOnAnswers& answers,
             Refuse& refuse)
      : m_house{house},
        m_service{service},
        m_log_in{log_in},
        m_sessions{sessions},
        m_answers{answers},
        m_refuse{refuse} {}

  // Where to send the browser, so that the person is signed out there too; nothing where the session
  // came from no such provider, or from one that offers none.
  [[nodiscard]] Result<std::optional<std::string>> begin(const identity::Session& session);

  [[nodiscard]] Result<void> take(std::string_view provider, std::string_view logout_token);

 private:
  [[nodiscard]] Result<void> judge(std::string_view provider, std::string_view logout_token);

  House& m_house;
  const OidcService* const m_service;
  LogIn& m_log_in;
  const identity::SessionStore& m_sessions;
  const identity::SignOnAnswers& m_answers;
  Refuse& m_refuse;
};

}  // namespace leadkeep::flow
