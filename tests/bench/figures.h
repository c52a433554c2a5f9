// One figure of a benchmark beside its limit, both measured in the same run.
#pragma once
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace leadkeep::bench {

struct Figure {
  std::string name;
  double value;
  std::string unit;
  double limit;  // what the machine does without us, in the same unit
};

inline void print(const Figure& figure) {
  std::printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\",\"limit\":%.1f,\"ratio\":%.3f}\n",
              figure.name.c_str(), figure.value, figure.unit.c_str(), figure.limit,
              figure.value / figure.limit);
  (void)std::fflush(stdout);
}

// Operations per second of `operation`, run by `threads` threads for about `seconds`.
// `operation(thread, n)` gets its thread and a number that is unique within it.
inline double per_second(unsigned threads, double seconds,
                         const std::function<void(unsigned, std::uint64_t)>& operation) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::uint64_t> done(threads, 0);
  const auto begin = Clock::now();
  const auto end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
  {
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        while (Clock::now() < end) {
          operation(t, done[t]++);
        }
      });
    }
  }
  const double took = std::chrono::duration<double>{Clock::now() - begin}.count();
  std::uint64_t all = 0;
  for (const std::uint64_t n : done) {
    all += n;
  }
  return static_cast<double>(all) / took;
}

}  // namespace leadkeep::bench
