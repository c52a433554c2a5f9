// leadkeepctl client webhook…: where a program is told of events.
#pragma once
#include "arguments.h"
#include "commands.h"

namespace leadkeep::ctl {

// Of three words, the second of which begins with webhook.
[[nodiscard]] ExitCode run_webhook_command(const Arguments& arguments);

}  // namespace leadkeep::ctl
