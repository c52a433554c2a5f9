// leadkeepctl saml refresh NAME: what an identity provider publishes now, confirmed by an administrator.
#pragma once
#include "ctl/arguments.h"
#include "ctl/commands.h"

namespace leadkeep::ctl {

[[nodiscard]] ExitCode refresh_metadata(const Arguments& arguments);

}  // namespace leadkeep::ctl
