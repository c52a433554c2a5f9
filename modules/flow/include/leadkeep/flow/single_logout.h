// leadkeep/flow/single_logout.h — the path of a sign-out that an identity provider takes part in
//
//   an agent signs out ─ session ends ─ signed request ─ identity provider ─ its answer ─ home
//   identity provider's request ─ signature ─ read (a process of its own) ─ once ─
//       sessions of that person there end, and log-ins on their way ─ signed answer
//
// Nobody is throttled: what no identity provider has signed costs less than the connection that brings
// it and is not looked at further, and what one has signed has to arrive.
//
// A session ends here at once, whatever the identity provider does; and nobody relies on single logout
// for people who leave, whose sessions end by the directory's word.
//
// Errors   kNotFound         the operator has named no identity provider
//          kUnauthenticated  one answer for every cause; the detail, which is for the log, has the
//                            check by its id
//          kUnavailable      the reader gave no verdict, or the store cannot write; it may be sent again
// Threads  any
#pragma once
#include <leadkeep/crypto/fresh_token.h>
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/log_in.h>
#include <leadkeep/flow/sign_on.h>
#include <leadkeep/saml/logout.h>
#include <leadkeep/saml/signed_query.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::flow {

// saml::Reader::judge_logout
using LogoutJudge = std::function<Result<saml::LogoutJudgement>(const saml::LogoutJob&)>;

class SingleLogout {
 public:
  static constexpr std::chrono::minutes kLife{10};  // in which the identity provider answers

  // `service` is nullptr where the operator has named no identity provider.
  SingleLogout(House& house, const SamlService* service, LogoutJudge judge, LogIn& log_in,
               const identity::SessionStore& sessions, const identity::SignOnAnswers& answers,
               Refuse& refuse)
      : m_house{house},
        m_service{service},
        m_judge{std::move(judge)},
        m_log_in{log_in},
        m_sessions{sessions},
        m_answers{answers},
        m_refuse{refuse} {}

  // Where to send the browser, so that the person is signed out there too; nothing where the session
  // came from no identity provider, or from one that offers no logout by redirect.
  [[nodiscard]] Result<std::optional<std::string>> begin(const identity::Session& session);

  // Of the query as it stands. Where to send the browser: to the identity provider that has asked, with
  // the answer; or nothing, which is home.
  [[nodiscard]] Result<std::optional<std::string>> take(std::string_view query);

 private:
  using NextStop = std::optional<std::string>;

  struct Believed {
    const SamlProvider& provider;
    saml::LogoutMessage message;
  };

  [[nodiscard]] Result<NextStop> answer_to(std::string_view query);
  [[nodiscard]] Result<Believed> believe(const saml::SignedQuery& query);
  [[nodiscard]] Result<void> end_sessions(const Believed& request);
  [[nodiscard]] std::string new_id(const SamlProvider& provider) const;
  [[nodiscard]] bool is_outstanding(const Believed& response) const;

  House& m_house;
  const SamlService* const m_service;
  LogoutJudge m_judge;
  LogIn& m_log_in;
  const identity::SessionStore& m_sessions;
  const identity::SignOnAnswers& m_answers;
  Refuse& m_refuse;
  crypto::FreshTokens m_requests;
};

}  // namespace leadkeep::flow
