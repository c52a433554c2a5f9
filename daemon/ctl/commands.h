// What leadkeepctl does for each command.
#pragma once
#include "arguments.h"

namespace leadkeep::ctl {

enum class ExitCode : int { kDone = 0, kRefused = 1, kUsage = 2, kNoDaemon = 3 };

[[nodiscard]] ExitCode run_command(const Arguments& arguments);

}  // namespace leadkeep::ctl
