#include "company_mail.h"

#include "ca_file.h"

#include <leadkeep/base/files.h>

namespace leadkeep::daemon {
namespace {

constexpr std::size_t kMaxPasswordBytes = 1'024;

}  // namespace

Result<std::unique_ptr<CompanyMail>> CompanyMail::open(const config::Settings::Mail& settings) {
  if (settings.relay.empty()) {
    return std::unique_ptr<CompanyMail>{};
  }
  LK_TRY(auto server, mail::Relay::parse_server(settings.relay));
  auto sender = mail::Address::parse(settings.sender);
  if (!sender) {
    return fail(Errc::kInvalidInput, "mail.sender: is no address that a relay takes");
  }
  LK_TRY_VOID(check_ca_file(settings.ca_file, "mail.ca_file"));
  SecretBytes password;
  if (!settings.user.empty()) {
    LK_TRY(password, read_secret_line(settings.password_file, kMaxPasswordBytes));
  }
  egress::AllowList allowed{{server.destination}};
  mail::RelayOptions options{std::move(server), settings.ca_file, *std::move(sender), settings.user,
                             std::move(password)};
  return std::unique_ptr<CompanyMail>{new CompanyMail{std::move(allowed), std::move(options)}};
}

CompanyMail::CompanyMail(egress::AllowList allowed, mail::RelayOptions options)
    : m_dialer{std::move(allowed)}, m_relay{std::move(options), m_dialer}, m_mailer{m_relay} {}

}  // namespace leadkeep::daemon
