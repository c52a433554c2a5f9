// leadkeep/base/clock.h — time, as an argument
//
// Timestamps are UTC in whole milliseconds since 1970. Nobody reads the system's clock but
// SystemClock; tests pass a clock of their own.
//
// A time that was stored may be any number, so arithmetic ends at the first and the last
// millisecond instead of going around.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep {
namespace detail {

[[nodiscard]] constexpr std::int64_t add_saturated(std::int64_t a, std::int64_t b) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? Limits::min() : Limits::max()) : sum;
}

[[nodiscard]] constexpr std::int64_t subtract_saturated(std::int64_t a, std::int64_t b) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  std::int64_t difference = 0;
  return __builtin_sub_overflow(a, b, &difference) ? (b < 0 ? Limits::max() : Limits::min())
                                                   : difference;
}

}  // namespace detail

struct Timestamp {
  std::int64_t ms = 0;  // since 1970-01-01T00:00:00Z

  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;

  friend Timestamp operator+(Timestamp t, std::chrono::milliseconds d) {
    return {detail::add_saturated(t.ms, d.count())};
  }

  friend Timestamp operator-(Timestamp t, std::chrono::milliseconds d) {
    return {detail::subtract_saturated(t.ms, d.count())};
  }

  friend std::chrono::milliseconds operator-(Timestamp a, Timestamp b) {
    return std::chrono::milliseconds{detail::subtract_saturated(a.ms, b.ms)};
  }
};

// Whether the window of time that began at `start` is over. Who waits for a turn has read the clock
// before, so `now` may lie a little before `start`: such a window goes on. Where it lies a whole
// window before, the clock was set back, and the window is over.
[[nodiscard]] inline bool window_has_passed(Timestamp start, std::chrono::milliseconds length,
                                            Timestamp now) {
  return now - start >= length || start - now >= length;
}

// RFC 3339 in UTC with milliseconds: 2026-11-24T15:51:18.042Z. A time outside of the years 0000 to
// 9999, which the format cannot say, is written as the first or the last one it can.
[[nodiscard]] std::string to_rfc3339(Timestamp t);
// The same, with milliseconds or without; nothing for another form, or for a day that there is not.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

}  // namespace leadkeep
