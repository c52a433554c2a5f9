// leaktest/leak_test.h — leadkeepctl leaktest: plants marks, walks everything, searches everything
#pragma once
#include <leadkeep/base/result.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace leadkeep::leaktest {

struct Options {
  std::filesystem::path config{"/etc/leadkeep/leadkeepd.conf"};
  std::filesystem::path log;  // empty: the log is not searched, and the report says so
  enum class Memory { kLeaveOut, kSearch } memory = Memory::kLeaveOut;
  enum class Format { kText, kJson } format = Format::kText;
  std::chrono::seconds idle{3};  // before the files and the memory are searched
};

enum class Outcome { kClean, kLeaks };

struct Run {
  Outcome outcome;
  std::string report;  // holds no clear value of a mark
};

// kUnavailable: no daemon answers; otherwise an error is something that kept the test from looking.
[[nodiscard]] Result<Run> run(const Options& options);

[[nodiscard]] std::string help_text();

}  // namespace leadkeep::leaktest
