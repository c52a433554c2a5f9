// fakes/fake_clock.h — a clock that stands still until the test moves it
//
// Yields   the time the test has set; without that, 2026-01-15T12:00:00.000Z
// Units    milliseconds, as in base/clock.h
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace leadkeep::test {

class FakeClock final : public Clock {
 public:
  static constexpr Timestamp kStart{1'768'478'400'000};

  FakeClock() = default;

  explicit FakeClock(Timestamp start) noexcept : m_ms{start.ms} {}

  [[nodiscard]] Timestamp now() const override { return {m_ms.load()}; }

  void set(Timestamp time) noexcept { m_ms.store(time.ms); }

  void advance(std::chrono::milliseconds by) noexcept { m_ms.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> m_ms{kStart.ms};
};

}  // namespace leadkeep::test
