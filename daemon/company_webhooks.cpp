#include "company_webhooks.h"

#include "allowed_hosts.h"
#include "ca_file.h"

namespace leadkeep::daemon {
namespace {

transfer::HttpsOptions webhook_options(std::filesystem::path ca_file) {
  transfer::HttpsOptions options{};
  options.purpose = egress::Purpose::kClientWebhook;
  options.ca_file = std::move(ca_file);
  options.body = transfer::HttpsOptions::Body::kDropped;
  options.accept = "*/*";
  return options;
}

}  // namespace

CompanyWebhooks::CompanyWebhooks(egress::AllowList allowed, std::filesystem::path ca_file,
                                 bool may_go_anywhere)
    : m_may_go_anywhere{may_go_anywhere},
      m_allowed{std::move(allowed)},
      m_dialer{m_allowed},
      m_client{webhook_options(std::move(ca_file)), m_dialer} {}

Result<std::unique_ptr<CompanyWebhooks>> CompanyWebhooks::open(const config::Settings& settings) {
  LK_TRY(auto allowed, allow_list_of(settings.clients.webhook_allow));
  LK_TRY_VOID(check_ca_file(settings.clients.webhook_ca_file, "clients.webhook_ca_file"));
  return std::unique_ptr<CompanyWebhooks>{
      new CompanyWebhooks{std::move(allowed), settings.clients.webhook_ca_file,
                          !settings.clients.webhook_allow.empty()}};
}

Result<void> CompanyWebhooks::check(const std::string& url) const {
  LK_TRY(const auto destination, transfer::HttpsClient::destination_of(url));
  return m_allowed.permits(destination) == egress::Permits::kYes
             ? Result<void>{}
             : fail(Errc::kInvalidInput, "clients.webhook_allow does not list this host and port");
}

Result<long> CompanyWebhooks::post(const std::string& url, const std::string& body,
                                   const std::vector<std::string>& fields) {
  LK_TRY(const auto answer, m_client.post(url, {body, "application/json", fields}));
  return answer.status;
}

}  // namespace leadkeep::daemon
