#include "directory_test.h"

#include "company_directory.h"
#include "password_input.h"

#include <leadkeep/config/load.h>

#include <csignal>

namespace leadkeep::ctl {

Result<identity::Trial> try_log_in(const Arguments& arguments) {
  LK_TRY(const auto settings, config::load(arguments.config, {}));
  (void)std::signal(SIGPIPE, SIG_IGN);  // libldap writes to sockets that the other side has closed
  ldap::prepare_process();
  const SystemClock clock;
  LK_TRY(const auto directory, daemon::CompanyDirectory::open(settings.directory, clock));
  if (!directory) {
    return fail(Errc::kInvalidInput, "directory.kind is none; see the directory settings in " +
                                         arguments.config.string());
  }
  identity::LoginAttempt attempt{identity::Caller::page()};
  attempt.username = arguments.words[2];
  LK_TRY(attempt.password, read_password(arguments.password_file));
  return directory->people().try_out(attempt);
}

}  // namespace leadkeep::ctl
