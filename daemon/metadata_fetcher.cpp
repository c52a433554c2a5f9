#include "metadata_fetcher.h"

#include "allowed_hosts.h"
#include "ca_file.h"

#include <leadkeep/saml/provider_metadata.h>

namespace leadkeep::daemon {
namespace {

transfer::HttpsOptions options_with(std::filesystem::path ca_file) {
  transfer::HttpsOptions options{};
  options.purpose = egress::Purpose::kIdentityProvider;
  options.ca_file = std::move(ca_file);
  options.max_answer = saml::kMaxMetadata;
  options.accept = "application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1";
  return options;
}

}  // namespace

MetadataFetcher::MetadataFetcher(egress::AllowList allowed, std::filesystem::path ca_file)
    : m_dialer{std::move(allowed)}, m_client{options_with(std::move(ca_file)), m_dialer} {}

Result<std::unique_ptr<MetadataFetcher>> MetadataFetcher::open(const config::Settings& settings) {
  std::set<egress::Destination> allowed;
  for (const auto& [name, provider] : settings.saml.providers) {
    if (!provider.metadata_url.empty()) {
      LK_TRY_VOID(allow_host_of(provider.metadata_url, "saml." + name + ".metadata_url", allowed));
    }
  }
  if (allowed.empty()) {
    return std::unique_ptr<MetadataFetcher>{};
  }
  LK_TRY_VOID(check_ca_file(settings.saml.ca_file, "saml.ca_file"));
  return std::unique_ptr<MetadataFetcher>{
      new MetadataFetcher{egress::AllowList{std::move(allowed)}, settings.saml.ca_file}};
}

Result<std::string> MetadataFetcher::fetch(const std::string& url) {
  constexpr long kOk = 200;
  LK_TRY(auto answer, m_client.get(url));
  if (answer.status != kOk) {
    return fail(Errc::kUnavailable, "metadata: answered with status " +
                                        std::to_string(answer.status) + " instead of 200");
  }
  return std::move(answer.body);
}

}  // namespace leadkeep::daemon
