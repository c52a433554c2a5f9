// Metadata of identity providers from the addresses that the settings name (saml.NAME.metadata_url): one
// for the daemon, one for leadkeepctl. Goes to the hosts of these addresses and nowhere else.
#pragma once
#include <leadkeep/config/settings.h>
#include <leadkeep/transfer/https_client.h>

#include <memory>
#include <string>

namespace leadkeep::daemon {

class MetadataFetcher {
 public:
  // Nothing where no address is named.
  [[nodiscard]] static Result<std::unique_ptr<MetadataFetcher>> open(
      const config::Settings& settings);

  // XML of saml::kMaxMetadata at most; not a word of it is to be believed yet.
  [[nodiscard]] Result<std::string> fetch(const std::string& url);

  // Whoever waits for an answer gets none, now and from now on.
  void give_up() noexcept { m_client.give_up(); }

 private:
  MetadataFetcher(egress::AllowList allowed, std::filesystem::path ca_file);

  egress::Dialer m_dialer;
  transfer::HttpsClient m_client;
};

}  // namespace leadkeep::daemon
