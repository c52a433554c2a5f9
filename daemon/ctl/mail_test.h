// leadkeepctl mail test: a mail through the company's relay, and what the relay said to it.
#pragma once
#include "arguments.h"

#include <leadkeep/base/result.h>

namespace leadkeep::ctl {

// kUnavailable with what to look at where the relay did not take it.
[[nodiscard]] Result<void> send_test_mail(const Arguments& arguments);

}  // namespace leadkeep::ctl
