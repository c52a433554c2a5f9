// leadkeepctl saml …: identity providers, looked at and tried out without the daemon.
#pragma once
#include "ctl/arguments.h"
#include "ctl/commands.h"

namespace leadkeep::ctl {

[[nodiscard]] ExitCode run_saml_command(const Arguments& arguments);

}  // namespace leadkeep::ctl
