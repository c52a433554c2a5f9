// The body of POST /messages for a cleared message.
#pragma once
#include <leadkeep/consent/cleared_message.h>

#include <string>

namespace leadkeep::delivery {

[[nodiscard]] std::string graph_request(const consent::ClearedMessage& message);

}  // namespace leadkeep::delivery
