#include "acting.h"
#include "provider_attempt.h"

#include <leadkeep/flow/oidc_sign_on.h>
#include <leadkeep/oidc/authorization_request.h>

namespace leadkeep::flow {
namespace {

Fail no_provider() {
  return fail(Errc::kNotFound, "sign-on: no such OpenID provider");
}

}  // namespace

Result<OidcSignOn::Departure> OidcSignOn::begin_log_in(std::string_view provider) const {
  return begin(provider, std::nullopt);
}

Result<OidcSignOn::Departure> OidcSignOn::begin_step_up(std::string_view provider,
                                                        const identity::Session& session) const {
  LK_TRY_VOID(require_more_than_enrolment(session));
  return begin(provider, session.id());
}

Result<OidcSignOn::Departure> OidcSignOn::begin(
    std::string_view name, const std::optional<identity::SessionId>& session) const {
  if (m_service == nullptr) {
    return no_provider();
  }
  const auto found = find_named(m_service->providers, name);
  if (found == m_service->providers.end()) {
    return no_provider();
  }
  const OidcProvider& known = found->second;
  const Timestamp now = m_house.clock.now();
  LK_TRY(const auto metadata, reported(known.provider->metadata(now)));
  auto [cookie, request] = m_requests.issue(found->first, session, now);
  const oidc::Client& us = known.provider->client();
  return Departure{std::move(cookie),
                   oidc::authorization_url(
                       metadata.authorization_endpoint,
                       {us.id, us.redirect_uri, known.scopes, request.relay_state, request.nonce,
                        request.code_verifier, session ? oidc::Ask::kAgain : oidc::Ask::kOnce})};
}

Result<void> OidcSignOn::keep(const identity::SignOnRequest& request, const OidcProvider& provider,
                              const oidc::Identity& identity) {
  LK_TRY(const auto person, identity::person_of(identity, provider.rules));
  const identity::SignOnAnswers::Message token{provider.provider->issuer(), request.nonce,
                                               identity.expires};
  auto kept = m_house.store.write([&](store::WriteTxn& txn) {
    return m_answers.keep(txn, request, token, person, m_house.clock.now());
  });
  return !kept && kept.error().code == Errc::kConflict ? refused_message("oidc_replayed") : kept;
}

// What costs nothing is looked at before the provider is asked for anything.
Result<void> OidcSignOn::judge(const identity::SignOnRequest& request, const Answer& answer) {
  const Timestamp now = m_house.clock.now();
  const auto found = m_service->providers.find(request.provider);
  if (found == m_service->providers.end() || answer.provider != request.provider) {
    return refused_message("oidc_mix_up");
  }
  oidc::Provider& provider = *found->second.provider;
  LK_TRY(const auto metadata, reported(provider.metadata(now)));
  if (answer.issuer.empty() ? metadata.names_issuer : answer.issuer != provider.issuer()) {
    return refused_message("oidc_mix_up");
  }
  if (answer.code.empty()) {
    return refused_message("oidc_provider_refused");
  }
  LK_TRY(const bool is_answered, m_house.store.read([&](store::ReadTxn& txn) {
    return m_answers.is_answered(txn, request);
  }));
  if (is_answered) {
    return refused_message("oidc_replayed");
  }
  oidc::Question question;
  question.nonce = request.nonce;
  question.asked = request.asked;
  question.asked_again = request.session.has_value();
  LK_TRY(const auto judged,
         reported(provider.redeem({answer.code, request.code_verifier}, question, now)));
  if (const auto* defect = std::get_if<oidc::Defect>(&judged)) {
    return refused_message(oidc::name_of(*defect));
  }
  return keep(request, found->second, std::get<oidc::Identity>(judged));
}

Result<void> OidcSignOn::take(const Answer& answer) {
  if (m_service == nullptr) {
    return no_provider();
  }
  const auto request = m_requests.find_open(answer.cookie, m_house.clock.now());
  if (!request) {
    return refuse_stranger(m_refuse, "oidc_browser", answer.source);
  }
  if (answer.state != request->relay_state) {
    return refuse_stranger(m_refuse, "oidc_state", answer.source);
  }
  return count_attempt(m_house, m_throttle, m_refuse, answer.source,
                       [&] { return judge(*request, answer); });
}

Result<std::string> OidcSignOn::published_keys() const {
  return m_service == nullptr ? Result<std::string>{no_provider()} : m_service->published_keys;
}

}  // namespace leadkeep::flow
