// The service manager: READY, STATUS, STOPPING, WATCHDOG. Silent when there is none.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace leadkeep::daemon {

void notify_status(std::string_view status) noexcept;
void notify_ready() noexcept;
void notify_stopping() noexcept;
void notify_watchdog() noexcept;

// How often the manager wants to hear from us, if it does.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval() noexcept;

}  // namespace leadkeep::daemon
