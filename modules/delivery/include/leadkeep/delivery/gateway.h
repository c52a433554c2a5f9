// leadkeep/delivery/gateway.h — message path, send: one try to hand a message to WhatsApp
//
// The answer says what the sender may do next; in doubt it is kUnknown, never "try again".
// Threads  any
#pragma once
#include <leadkeep/base/pii.h>
#include <leadkeep/consent/cleared_message.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace leadkeep::delivery {

enum class SendResult : std::uint8_t {
  kAccepted,    // WhatsApp has it; a status will follow
  kNotReached,  // no connection came about; says nothing about the message
  kRetryLater,  // WhatsApp certainly has not got it; a later try may work
  kRefused,     // WhatsApp will not take this message
  kHalted,      // nothing can be sent until a person acts: token, account, payment
  kUnknown,     // bytes went out and no clear answer came
};

struct SendOutcome {
  SendResult result = SendResult::kUnknown;
  std::optional<Pii<std::string>> wamid;                 // kAccepted: WhatsApp's id, the receipt
  std::optional<std::int64_t> error_code;                // of the Graph API
  std::optional<std::chrono::milliseconds> retry_after;  // kRetryLater, if the error tells
  std::string reason;  // stable code: "whatsapp_131047", "network"
};

class Gateway {
 public:
  virtual ~Gateway() = default;
  [[nodiscard]] virtual SendOutcome send(const consent::ClearedMessage& message,
                                         std::uint32_t attempt) = 0;
};

}  // namespace leadkeep::delivery
