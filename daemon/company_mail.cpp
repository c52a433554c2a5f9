#include "company_mail.h"

#include <leadkeep/base/files.h>

#include <fstream>

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
  if (!settings.ca_file.empty()) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(settings.ca_file, ignored) ||
        !std::ifstream{settings.ca_file}) {
      return fail(Errc::kInvalidInput,
                  settings.ca_file.string() +
                      ": the certificate authorities cannot be read; check mail.ca_file");
    }
  }
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
