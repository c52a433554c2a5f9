// The company's OpenID providers as the settings describe them: one for the daemon, one for leadkeepctl.
#pragma once
#include "oidc_keys.h"

#include <leadkeep/config/settings.h>
#include <leadkeep/flow/oidc_sign_on.h>
#include <leadkeep/transfer/https_client.h>

#include <memory>

namespace leadkeep::daemon {

class CompanyOidc {
 public:
  // Nothing where there is none. Connects to nobody yet: a provider that is down keeps nobody else out.
  [[nodiscard]] static Result<std::unique_ptr<CompanyOidc>> open(const config::Settings& settings);

  [[nodiscard]] const flow::OidcService& service() const noexcept { return m_service; }

  // Whoever waits for a provider gets no answer, now and from now on.
  void give_up() noexcept;

 private:
  CompanyOidc(OidcKeys keys, egress::AllowList allowed);

  [[nodiscard]] oidc::Exchange exchange_for(config::ClientAuthentication authentication,
                                            const std::filesystem::path& ca_file);

  OidcKeys m_keys;
  egress::Dialer m_dialer;
  std::vector<std::unique_ptr<transfer::HttpsClient>> m_clients;
  flow::OidcService m_service;
};

}  // namespace leadkeep::daemon
