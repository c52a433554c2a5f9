#include "end_at_provider.h"
#include "provider_attempt.h"

#include <leadkeep/base/percent.h>
#include <leadkeep/flow/oidc_logout.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

constexpr std::string_view kReason = "back_channel_logout";

Fail no_provider() {
  return fail(Errc::kNotFound, "back-channel logout: no such OpenID provider");
}

}  // namespace

// RP-Initiated Logout 1.0 section 2. There is no id_token_hint, as no token is kept; the provider may
// ask its person.
Result<std::optional<std::string>> OidcLogout::begin(const identity::Session& session) {
  using NextStop = std::optional<std::string>;
  LK_TRY_VOID(m_log_in.log_out(session));
  const auto& there = session.provider_session();
  if (m_service == nullptr || !there) {
    return NextStop{};
  }
  const auto found = std::ranges::find_if(m_service->providers, [&](const auto& named) {
    return named.second.provider->issuer() == there->entity_id;
  });
  if (found == m_service->providers.end()) {
    return NextStop{};
  }
  oidc::Provider& provider = *found->second.provider;
  const auto metadata = provider.metadata(m_house.clock.now());
  if (!metadata || !metadata.value().end_session_endpoint) {
    return NextStop{};
  }
  const std::string& endpoint = *metadata.value().end_session_endpoint;
  return NextStop{endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
                  "client_id=" + percent_encode(provider.client().id) +
                  "&post_logout_redirect_uri=" + percent_encode(m_service->home)};
}

Result<void> OidcLogout::judge(std::string_view name, std::string_view logout_token) {
  if (m_service == nullptr) {
    return no_provider();
  }
  const auto found = m_service->providers.find(std::string{name});
  if (found == m_service->providers.end()) {
    return no_provider();
  }
  oidc::Provider& provider = *found->second.provider;
  const Timestamp now = m_house.clock.now();
  LK_TRY(const auto judged, reported(provider.judge_logout(logout_token, now)));
  if (const auto* defect = std::get_if<oidc::Defect>(&judged)) {
    return refused_message(oidc::name_of(*defect));
  }
  const auto& notice = std::get<oidc::LogoutNotice>(judged);
  const std::string& issuer = provider.issuer();
  std::vector<std::string> sessions;
  if (!notice.session_id.empty()) {
    sessions.push_back(notice.session_id);
  }
  const auto ended = m_house.store.write([&](store::WriteTxn& txn) {
    return end_at_provider(txn, m_sessions, m_answers, {issuer, notice.id, notice.expires},
                           {issuer, notice.subject, sessions}, kReason, now);
  });
  return !ended && ended.error().code == Errc::kConflict ? refused_message("oidc_replayed") : ended;
}

Result<void> OidcLogout::take(std::string_view provider, std::string_view logout_token) {
  auto taken = judge(provider, logout_token);
  if (!taken && taken.error().code != Errc::kNotFound) {
    m_refuse.record(std::nullopt, taken.error().code);
  }
  return taken;
}

}  // namespace leadkeep::flow
