// The command line of leadkeepd. Nothing secret ever: everybody can read it.
#pragma once
#include <leadkeep/base/result.h>

#include <filesystem>
#include <string>
#include <vector>

namespace leadkeep::daemon {

enum class Task { kRun, kCheckConfig, kPrintSampleConfig, kPrintHelp, kPrintVersion };

struct Options {
  Task task = Task::kRun;
  std::filesystem::path config{"/etc/leadkeep/leadkeepd.conf"};
  std::vector<std::string> overrides;  // "section.key=value"
};

[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);
[[nodiscard]] std::string help_text();

}  // namespace leadkeep::daemon
