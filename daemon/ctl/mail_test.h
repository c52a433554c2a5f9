// leadkeepctl mail test: a mail through the company's relay, and what the relay said to it.
#pragma once
#include "arguments.h"

#include <leadkeep/base/result.h>

namespace leadkeep::ctl {

// What to look at where the relay did not take it: kUnavailable if that may pass, else kForbidden.
[[nodiscard]] Result<void> send_test_mail(const Arguments& arguments);

}  // namespace leadkeep::ctl
