// leaktest/report.h — what was walked, what was searched, what was found
#pragma once
#include "findings.h"
#include "leak_test.h"
#include "transcript.h"

namespace leadkeep::leaktest {

struct Walked {
  std::size_t operations = 0;
  std::size_t requests = 0;
  std::size_t roles = 0;
  std::size_t marks = 0;
  std::size_t patterns = 0;
  std::map<int, std::size_t> by_status;
  std::vector<std::string> never_good;  // operations behind which nobody has looked
  std::vector<std::string> notes;       // what was not searched, and why
  std::vector<std::string> failures;    // what had to be so and was not
};

[[nodiscard]] Run report(const Walked& walked, const Findings& findings, Options::Format format);

}  // namespace leadkeep::leaktest
