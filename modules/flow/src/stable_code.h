// Words that say what for, and stand on the trail as they are.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/flow/why.h>

#include <string_view>

namespace leadkeep::flow {

// 1 to 40 of a-z and _: without digits, so that it is no number of anybody.
[[nodiscard]] bool is_stable_code(std::string_view text);

// kInvalidInput for another form than why.h says.
[[nodiscard]] Result<void> check_reason(const Why& why);

}  // namespace leadkeep::flow
