#include "company_oidc.h"

#include "allowed_hosts.h"
#include "ca_file.h"
#include "company_rules.h"

#include <leadkeep/oidc/client.h>

#include <set>

namespace leadkeep::daemon {
namespace {

// Those that are allowed anyway, and the hosts of the issuers.
Result<egress::AllowList> destinations(const config::Settings& settings) {
  std::set<egress::Destination> allowed;
  for (const config::Endpoint& endpoint : settings.egress.allow) {
    allowed.insert({endpoint.host, endpoint.port});
  }
  for (const auto& [name, provider] : settings.oidc.providers) {
    LK_TRY_VOID(allow_host_of(provider.issuer, "oidc." + name + ".issuer", allowed));
  }
  return egress::AllowList{std::move(allowed)};
}

oidc::Client client_of(const std::string& name, const config::OidcProvider& settings,
                       const std::string& origin) {
  oidc::Client client;
  client.id = settings.client_id;
  client.redirect_uri = origin + "/v1/oidc/callback/" + name;
  client.authentication = settings.authentication == config::ClientAuthentication::kTlsClientAuth
                              ? oidc::ClientAuthentication::kTlsClientAuth
                              : oidc::ClientAuthentication::kPrivateKeyJwt;
  client.audience = settings.audience == config::AssertionAudience::kTokenEndpoint
                        ? oidc::AssertionAudience::kTokenEndpoint
                        : oidc::AssertionAudience::kIssuer;
  return client;
}

}  // namespace

CompanyOidc::CompanyOidc(OidcKeys keys, egress::AllowList allowed)
    : m_keys{std::move(keys)}, m_dialer{std::move(allowed)} {
  std::vector<const crypto::KeyPair*> published{&m_keys.client};
  if (m_keys.next) {
    published.push_back(&*m_keys.next);
  }
  m_service.published_keys = oidc::published_keys(published);
}

oidc::Exchange CompanyOidc::exchange_for(config::ClientAuthentication authentication,
                                         const std::filesystem::path& ca_file) {
  transfer::HttpsOptions options{};
  options.purpose = egress::Purpose::kIdentityProvider;
  options.ca_file = ca_file;
  if (authentication == config::ClientAuthentication::kTlsClientAuth) {
    options.certificate = crypto::to_pem(m_keys.client);
  }
  m_clients.push_back(std::make_unique<transfer::HttpsClient>(std::move(options), m_dialer));
  return [&client = *m_clients.back()](
             const std::string& url,
             const std::optional<std::string>& form) -> Result<oidc::WebAnswer> {
    LK_TRY(auto answer, form ? client.post(url, {*form}) : client.get(url));
    return oidc::WebAnswer{answer.status, std::move(answer.body)};
  };
}

void CompanyOidc::give_up() noexcept {
  for (const auto& client : m_clients) {
    client->give_up();
  }
}

Result<std::unique_ptr<CompanyOidc>> CompanyOidc::open(const config::Settings& settings) {
  if (settings.oidc.providers.empty()) {
    return std::unique_ptr<CompanyOidc>{};
  }
  LK_TRY_VOID(check_ca_file(settings.oidc.ca_file, "oidc.ca_file"));
  LK_TRY(auto keys, OidcKeys::load(settings.oidc.keys));
  LK_TRY(auto allowed, destinations(settings));
  std::unique_ptr<CompanyOidc> company{new CompanyOidc{std::move(keys), std::move(allowed)}};
  std::set<std::string> issuers;
  for (const auto& [name, provider] : settings.oidc.providers) {
    if (!issuers.insert(provider.issuer).second) {
      return fail(Errc::kInvalidInput,
                  "oidc." + name + ".issuer: another section is of the same provider");
    }
    company->m_service.providers.emplace(
        name,
        flow::OidcProvider{
            std::make_unique<oidc::Provider>(
                provider.issuer, client_of(name, provider, settings.browser.origin),
                company->m_keys.client,
                company->exchange_for(provider.authentication, settings.oidc.ca_file)),
            provider.scopes, federation_rules(provider, settings.directory, provider.issuer)});
  }
  company->m_service.home = settings.browser.origin + "/";
  return company;
}

}  // namespace leadkeep::daemon
