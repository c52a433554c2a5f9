// The company's directory as the settings describe it, with its connections: one for the daemon, one
// for `leadkeepctl ldap test`.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/config/settings.h>
#include <leadkeep/identity/corporate_directory.h>

#include <memory>

namespace leadkeep::daemon {

class CompanyDirectory {
 public:
  // Nothing where none is configured. Connects to nobody yet: a directory that is down must not keep
  // the daemon from receiving messages.
  [[nodiscard]] static Result<std::unique_ptr<CompanyDirectory>> open(
      const config::Settings::Directory& settings, const Clock& clock);

  [[nodiscard]] identity::CorporateDirectory& people() noexcept { return m_people; }

  // Whoever waits for an answer gets none, now and from now on.
  void hang_up() { m_watch.end_all(); }

 private:
  CompanyDirectory(const config::Settings::Directory& settings, egress::AllowList allowed,
                   std::vector<ldap::Server> servers, SecretBytes password, const Clock& clock);

  egress::Dialer m_dialer;  // to the directory's servers and nowhere else
  ldap::DeadlineWatch m_watch;
  ldap::Servers m_servers;
  identity::CorporateDirectory m_people;
};

}  // namespace leadkeep::daemon
