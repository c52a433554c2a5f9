// The company's mail relay as the settings describe it, and the thread that sends to it: one for the
// daemon, one for `leadkeepctl mail test`.
#pragma once
#include <leadkeep/config/settings.h>
#include <leadkeep/mail/mailer.h>

#include <memory>

namespace leadkeep::daemon {

class CompanyMail {
 public:
  // Nothing where none is configured. Connects to nobody yet.
  [[nodiscard]] static Result<std::unique_ptr<CompanyMail>> open(
      const config::Settings::Mail& settings);

  // For one that sends by itself while nothing is posted.
  [[nodiscard]] mail::Relay& relay() noexcept { return m_relay; }

  [[nodiscard]] mail::Mailer& mailer() noexcept { return m_mailer; }

 private:
  CompanyMail(egress::AllowList allowed, mail::RelayOptions options);

  egress::Dialer m_dialer;  // to the relay and nowhere else
  mail::Relay m_relay;
  mail::Mailer m_mailer;
};

}  // namespace leadkeep::daemon
