#include "acting.h"
#include "provider_attempt.h"
#include "provider_keys.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/sign_on.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

Fail no_provider() {
  return fail(Errc::kNotFound, "sign-on: no such identity provider");
}

bool is_signed(const saml::Judgement& judgement) {
  return std::ranges::find(judgement.held, saml::Check::kS05) != judgement.held.end();
}

std::string new_document_id() {
  ByteArray<20> random{};
  crypto::fill_random(random);
  return "_" + to_hex(random);
}

}  // namespace

Result<SignOn::Departure> SignOn::begin_log_in(std::string_view provider) const {
  return begin(provider, std::nullopt);
}

Result<SignOn::Departure> SignOn::begin_step_up(std::string_view provider,
                                                const identity::Session& session) const {
  LK_TRY_VOID(require_more_than_enrolment(session));
  return begin(provider, session.id());
}

Result<SignOn::Departure> SignOn::begin(std::string_view name,
                                        const std::optional<identity::SessionId>& session) const {
  if (m_service == nullptr) {
    return no_provider();
  }
  const auto found = find_named(m_service->providers, name);
  if (found == m_service->providers.end()) {
    return no_provider();
  }
  const SamlProvider& provider = found->second;
  const Timestamp now = m_house.clock.now();
  LK_TRY(const auto trust, trust_of(m_house, provider));
  if (trust.is_over(now)) {
    return fail(Errc::kUnavailable, "sign-on: the metadata of the identity provider is over");
  }
  auto [cookie, request] = m_requests.issue(found->first, session, now);
  const bool by_name_id = provider.rules.subject_attribute.empty() && !provider.rules.directory;
  const saml::AuthnRequest asked{
      request.id,
      now,
      provider.sign_on_url,
      m_service->us.entity_id,
      m_service->us.consumer_url,
      session.has_value(),
      by_name_id ? saml::NameIdPolicy::kPersistent : saml::NameIdPolicy::kAny};
  if (provider.binding == SamlProvider::Binding::kPost) {
    return Departure{std::move(cookie),
                     saml::form_for(asked, request.relay_state, m_service->signing_key)};
  }
  return Departure{std::move(cookie),
                   saml::redirect_to(asked, request.relay_state, m_service->signing_key)};
}

// Everything behind the verdict is of the verified octets.
Result<void> SignOn::keep(const identity::SignOnRequest& request, const SamlProvider& provider,
                          const saml::Judgement& judgement) {
  const Timestamp now = m_house.clock.now();
  if (!judgement.identity) {
    if (is_signed(judgement)) {
      const auto kept = m_house.store.write(
          [&](store::WriteTxn& txn) { return m_answers.keep_refused(txn, request, now); });
      if (!kept && kept.error().code != Errc::kConflict) {  // answered before: it stays so
        report_unwritten(kept);
      }
    }
    return refused_message(saml::id_of(judgement.refusal->check));
  }
  const saml::Identity& identity = *judgement.identity;
  LK_TRY(const auto person, identity::person_of(identity, provider.rules));
  const identity::SignOnAnswers::Message assertion{provider.provider.entity_id,
                                                   identity.assertion_id, identity.assertion_ends};
  auto kept = m_house.store.write([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY_VOID(m_answers.keep(txn, request, assertion, person, now));
    return provider.source ? retire_keys_before(txn, ProviderName{request.provider},
                                                *provider.source, identity.signed_with, now)
                           : Result<void>{};
  });
  return !kept && kept.error().code == Errc::kConflict ? refused_message("H-03") : kept;
}

Result<void> SignOn::judge(const identity::SignOnRequest& request, const Answer& answer) {
  const Timestamp now = m_house.clock.now();
  const auto found = m_service->providers.find(request.provider);
  if (found == m_service->providers.end()) {
    return refused_message("H-01");
  }
  const SamlProvider& provider = found->second;
  LK_TRY(const auto trust, trust_of(m_house, provider));
  if (trust.is_over(now)) {
    return refused_message("K-02");
  }
  auto judgement =
      m_judge({answer.saml_response,
               {provider.provider.entity_id, trust.public_keys(), provider.provider.accepts_cbc},
               {m_service->us.entity_id, m_service->us.consumer_url},
               {request.id, request.asked, request.session.has_value()},
               now});
  if (!judgement) {
    log_warn("SAML_READER_FAULT", Field{"reason", Reason{judgement.error()}});
    return refused_message("no_verdict");
  }
  return keep(request, provider, judgement.value());
}

Result<void> SignOn::take(const Answer& answer) {
  if (m_service == nullptr) {
    return no_provider();
  }
  const auto request = m_requests.find_open(answer.cookie, m_house.clock.now());
  if (!request) {
    return refuse_stranger(m_refuse, "H-02", answer.source);
  }
  if (answer.relay_state != request->relay_state) {
    return refuse_stranger(m_refuse, "Y-01", answer.source);
  }
  return count_attempt(m_house, m_throttle, m_refuse, answer.source,
                       [&] { return judge(*request, answer); });
}

Result<std::string> SignOn::metadata() const {
  if (m_service == nullptr) {
    return no_provider();
  }
  return saml::service_metadata(m_service->us, m_service->signing_key, new_document_id(),
                                m_house.clock.now());
}

}  // namespace leadkeep::flow
