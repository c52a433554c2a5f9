// The company's hosts where programs are told of events: which there are, and how to speak to them.
#pragma once
#include <leadkeep/config/settings.h>
#include <leadkeep/transfer/https_client.h>

#include <memory>
#include <string>
#include <vector>

namespace leadkeep::daemon {

class CompanyWebhooks {
 public:
  [[nodiscard]] static Result<std::unique_ptr<CompanyWebhooks>> open(
      const config::Settings& settings);

  // Whether there is any such host.
  [[nodiscard]] bool may_go_anywhere() const noexcept { return m_may_go_anywhere; }

  // kInvalidInput where no webhook may be at this address.
  [[nodiscard]] Result<void> check(const std::string& url) const;
  // The status of the answer; nothing of its body is looked at, and no redirect is followed.
  [[nodiscard]] Result<long> post(const std::string& url, const std::string& body,
                                  const std::vector<std::string>& fields);

  // Whoever waits for an answer gets none, now and from now on.
  void give_up() noexcept { m_client.give_up(); }

 private:
  CompanyWebhooks(egress::AllowList allowed, std::filesystem::path ca_file, bool may_go_anywhere);

  bool m_may_go_anywhere;
  egress::AllowList m_allowed;
  egress::Dialer m_dialer;
  transfer::HttpsClient m_client;
};

}  // namespace leadkeep::daemon
