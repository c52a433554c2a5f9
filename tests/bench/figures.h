// One figure of a benchmark beside its limit, both measured in the same run.
//
// The two are measured in turn, so that whatever else the machine does meets both; the value of each
// is the median of its runs.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace leadkeep::bench {

struct Effort {
  double seconds = 3;  // of one run
  int runs = 3;
};

struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};

enum class Better { kHigher, kLower };

struct Figure {
  std::string name;
  std::string unit;
  Better better = Better::kHigher;
  Spread value;
  Spread limit;  // what the machine does without us, in the same unit; zero where it is given alone
};

inline Spread spread_of(std::vector<double> runs) {
  std::ranges::sort(runs);
  return {runs[runs.size() / 2], runs.front(), runs.back()};
}

inline Figure in_turn(std::string name, std::string unit, Better better, const Effort& effort,
                      const std::function<double()>& value, const std::function<double()>& limit) {
  std::vector<double> values;
  std::vector<double> limits;
  for (int run = 0; run < effort.runs; ++run) {
    values.push_back(value());
    limits.push_back(limit ? limit() : 0);
  }
  return {std::move(name), std::move(unit), better, spread_of(std::move(values)),
          spread_of(std::move(limits))};
}

inline void print(const Figure& figure) {
  std::printf(R"({"name":"%s","unit":"%s","better":"%s","value":%.6g,"min":%.6g,"max":%.6g)",
              figure.name.c_str(), figure.unit.c_str(),
              figure.better == Better::kHigher ? "higher" : "lower", figure.value.median,
              figure.value.min, figure.value.max);
  if (figure.limit.median > 0) {
    std::printf(R"(,"limit":%.6g,"limit_min":%.6g,"limit_max":%.6g)", figure.limit.median,
                figure.limit.min, figure.limit.max);
  }
  std::printf("}\n");
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
