#include "end_at_provider.h"
#include "provider_attempt.h"
#include "provider_keys.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/single_logout.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

constexpr std::string_view kReason = "single_logout";

ByteView purpose_of(const SamlProvider& provider) {
  return as_bytes(provider.provider.entity_id);
}

}  // namespace

// Everything that is needed to know our own request again is in its id.
std::string SingleLogout::new_id(const SamlProvider& provider) const {
  return "_" + to_hex(m_requests.issue(purpose_of(provider), m_house.clock.now()));
}

bool SingleLogout::is_outstanding(const Believed& response) const {
  const std::string_view id = response.message.in_response_to;
  const auto token = id.starts_with('_') ? from_hex(id.substr(1)) : std::nullopt;
  return token &&
         m_requests.issued_at(purpose_of(response.provider), *token, kLife, m_house.clock.now());
}

Result<std::optional<std::string>> SingleLogout::begin(const identity::Session& session) {
  LK_TRY_VOID(m_log_in.log_out(session));
  const auto& there = session.provider_session();
  if (m_service == nullptr || !there) {
    return NextStop{};
  }
  const auto found = std::ranges::find_if(m_service->providers, [&](const auto& named) {
    return named.second.provider.entity_id == there->entity_id;
  });
  if (found == m_service->providers.end() || !found->second.logout_url) {
    return NextStop{};
  }
  const SamlProvider& provider = found->second;
  return NextStop{saml::redirect_to(
      saml::LogoutRequest{new_id(provider), m_house.clock.now(), *provider.logout_url,
                          m_service->us.entity_id, there->name_id, there->index},
      m_service->signing_key)};
}

// Of the identity provider that has signed the query, and says so inside of it.
Result<SingleLogout::Believed> SingleLogout::believe(const saml::SignedQuery& query) {
  std::string_view cause = saml::id_of(saml::Check::kL02);
  for (const auto& [name, provider] : m_service->providers) {
    const auto trust = trust_of(m_house, provider);
    if (!trust) {
      log_error("SAML_KEYS_FAULT", Field{"provider", ProviderName{name}},
                Field{"reason", Reason{trust.error()}});
      continue;
    }
    auto xml = query.open(trust.value().public_keys());
    if (!xml) {
      continue;
    }
    auto judgement = m_judge({std::move(xml).value(), query.kind(), provider.provider.entity_id,
                              m_service->us.logout_url, m_house.clock.now()});
    if (!judgement) {
      log_warn("SAML_READER_FAULT", Field{"reason", Reason{judgement.error()}});
      return fail(Errc::kUnavailable, "no_verdict");
    }
    if (judgement.value().message) {
      return Believed{provider, *std::move(judgement.value().message)};
    }
    cause = saml::id_of(judgement.value().refusal->check);
  }
  return refused_message(cause);
}

// The request counts once, whatever it ends.
Result<void> SingleLogout::end_sessions(const Believed& request) {
  const Timestamp now = m_house.clock.now();
  const std::string& entity_id = request.provider.provider.entity_id;
  const identity::ProviderLogout logout{entity_id, request.message.name_id,
                                        request.message.session_indexes};
  const auto ended = m_house.store.write([&](store::WriteTxn& txn) {
    return end_at_provider(txn, m_sessions, m_answers,
                           {entity_id, request.message.id, request.message.ends}, logout, kReason,
                           now);
  });
  return !ended && ended.error().code == Errc::kConflict
             ? refused_message(saml::id_of(saml::Check::kL03))
             : ended;
}

Result<SingleLogout::NextStop> SingleLogout::answer_to(std::string_view text) {
  const auto query = saml::SignedQuery::parse(text);
  if (!query) {
    return refused_message(saml::id_of(saml::Check::kL02));
  }
  LK_TRY(const Believed believed, believe(query.value()));
  if (query.value().kind() == saml::LogoutKind::kResponse) {
    return is_outstanding(believed) ? Result<NextStop>{NextStop{}}
                                    : refused_message(saml::id_of(saml::Check::kL04));
  }
  LK_TRY_VOID(end_sessions(believed));
  const SamlProvider& provider = believed.provider;
  if (!provider.logout_answer_url) {
    return NextStop{};
  }
  return NextStop{saml::redirect_to(
      saml::LogoutResponse{new_id(provider), m_house.clock.now(), *provider.logout_answer_url,
                           m_service->us.entity_id, believed.message.id},
      query.value().relay_state(), m_service->signing_key)};
}

Result<std::optional<std::string>> SingleLogout::take(std::string_view arrival) {
  if (m_service == nullptr) {
    return fail(Errc::kNotFound, "single logout: no identity provider");
  }
  auto answer = answer_to(arrival);
  if (!answer) {
    m_refuse.record(std::nullopt, answer.error().code);
  }
  return answer;
}

}  // namespace leadkeep::flow
