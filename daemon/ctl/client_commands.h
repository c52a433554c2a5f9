// leadkeepctl client: the list of approved programs.
#pragma once
#include "arguments.h"
#include "commands.h"

namespace leadkeep::ctl {

[[nodiscard]] ExitCode run_client_command(const Arguments& arguments);

}  // namespace leadkeep::ctl
