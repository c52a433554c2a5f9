// leadkeepctl ldap test: a log-in at the company's directory, explained step by step.
#pragma once
#include "arguments.h"

#include <leadkeep/identity/directory_trial.h>

namespace leadkeep::ctl {

[[nodiscard]] Result<identity::Trial> try_log_in(const Arguments& arguments);

}  // namespace leadkeep::ctl
