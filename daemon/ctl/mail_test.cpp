#include "mail_test.h"

#include "company_mail.h"

#include <leadkeep/config/load.h>
#include <leadkeep/transfer/prepare_process.h>

#include <csignal>

namespace leadkeep::ctl {

Result<void> send_test_mail(const Arguments& arguments) {
  constexpr std::string_view kText =
      "This is a test of the mail relay that Leadkeep sends codes through.\n";
  LK_TRY(const auto settings, config::load(arguments.config, {}));
  (void)std::signal(SIGPIPE, SIG_IGN);  // a relay may close while it is written to
  transfer::prepare_process();
  LK_TRY(const auto company_mail, daemon::CompanyMail::open(settings.mail));
  if (!company_mail) {
    return fail(Errc::kInvalidInput,
                "mail.relay is empty; see the mail settings in " + arguments.config.string());
  }
  const auto recipient = mail::Address::parse(arguments.words[2]);
  if (!recipient) {
    return fail(Errc::kInvalidInput, "this is no address that a relay takes");
  }
  return company_mail->relay().send(
      {*recipient, "Test of the mail relay", SecretBytes::copy_of(as_bytes(kText)), {}});
}

}  // namespace leadkeep::ctl
