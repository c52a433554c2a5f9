// leadkeep/base/clock.h — time, as an argument
//
// Timestamps are UTC in whole milliseconds since 1970. Nobody reads the system's clock but
// SystemClock; tests pass a clock of their own.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace leadkeep {

struct Timestamp {
  std::int64_t ms = 0;  // since 1970-01-01T00:00:00Z

  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;

  friend Timestamp operator+(Timestamp t, std::chrono::milliseconds d) {
    return {t.ms + d.count()};
  }

  friend Timestamp operator-(Timestamp t, std::chrono::milliseconds d) {
    return {t.ms - d.count()};
  }

  friend std::chrono::milliseconds operator-(Timestamp a, Timestamp b) {
    return std::chrono::milliseconds{a.ms - b.ms};
  }
};

// RFC 3339 in UTC with milliseconds: 2026-11-24T15:51:18.042Z
[[nodiscard]] std::string to_rfc3339(Timestamp t);

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
