#include "systemd.h"

#include <string>

#include <systemd/sd-daemon.h>

namespace leadkeep::daemon {

void notify_status(std::string_view status) noexcept {
  (void)::sd_notify(0, ("STATUS=" + std::string{status}).c_str());
}

void notify_ready() noexcept {
  (void)::sd_notify(0, "READY=1\nSTATUS=Serving");
}

void notify_stopping() noexcept {
  (void)::sd_notify(0, "STOPPING=1\nSTATUS=Finishing what was begun");
}

void notify_watchdog() noexcept {
  (void)::sd_notify(0, "WATCHDOG=1");
}

std::optional<std::chrono::microseconds> watchdog_interval() noexcept {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds{microseconds};
}

}  // namespace leadkeep::daemon
