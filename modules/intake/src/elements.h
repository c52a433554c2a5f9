// intake/src/elements.h — one message, one status
#pragma once
#include "sender.h"

#include <leadkeep/base/clock.h>
#include <leadkeep/intake/updates.h>
#include <leadkeep/json/value.h>

#include <optional>
#include <variant>

namespace leadkeep::intake {

enum class Unusable { kEmpty, kNoSender };

[[nodiscard]] std::variant<InboundMessage, Unusable> read_message(const json::Value& message,
                                                                  const Contacts& contacts,
                                                                  Timestamp received_at);

// Nothing if the id is missing or the status is of no known kind.
[[nodiscard]] std::optional<StatusUpdate> read_status(const json::Value& status,
                                                      Timestamp received_at);

}  // namespace leadkeep::intake
