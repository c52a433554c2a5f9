#include "elements.h"
#include "fields.h"

#include <array>

namespace leadkeep::intake {
namespace {

std::optional<DeliveryStatus> read_status_name(const json::Value& value) {
  static constexpr std::array kAll{DeliveryStatus::kSent, DeliveryStatus::kDelivered,
                                   DeliveryStatus::kRead, DeliveryStatus::kPlayed,
                                   DeliveryStatus::kFailed};
  for (const DeliveryStatus status : kAll) {
    if (value.string() == name_of(status)) {
      return status;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> read_error_code(const json::Value& errors) {
  for (const json::Value& error : elements(errors)) {
    if (const auto code = read_integer(error["code"])) {
      return code;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<StatusUpdate> read_status(const json::Value& status, Timestamp received_at) {
  auto wamid = read_pii(status["id"], kMaxWamidBytes);
  const auto name = read_status_name(status["status"]);
  if (!wamid || !name) {
    return std::nullopt;
  }
  return StatusUpdate{
      .wamid = *std::move(wamid),
      .callback_data = read_text(status["biz_opaque_callback_data"]),
      .status = *name,
      .at = read_time(status["timestamp"], received_at),
      .error_code = read_error_code(status["errors"]),
  };
}

}  // namespace leadkeep::intake
