#include <leadkeep/intake/updates.h>

namespace leadkeep::intake {

OpensWindow opens_window(std::string_view type) noexcept {
  return type == "system" || type == "unsupported" || type == "unknown" ? OpensWindow::kNo
                                                                        : OpensWindow::kYes;
}

std::string_view name_of(DeliveryStatus status) noexcept {
  switch (status) {
    case DeliveryStatus::kSent:
      return "sent";
    case DeliveryStatus::kDelivered:
      return "delivered";
    case DeliveryStatus::kRead:
      return "read";
    case DeliveryStatus::kPlayed:
      return "played";
    case DeliveryStatus::kFailed:
      return "failed";
  }
  return "unnamed";
}

}  // namespace leadkeep::intake
