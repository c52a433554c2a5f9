// leadkeepctl oidc: the company's OpenID providers, from the operator's side.
#pragma once
#include "arguments.h"
#include "commands.h"

namespace leadkeep::ctl {

[[nodiscard]] ExitCode run_oidc_command(const Arguments& arguments);

}  // namespace leadkeep::ctl
