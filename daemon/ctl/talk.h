// What leadkeepctl says, and the exit code that goes with it.
#pragma once
#include "commands.h"

#include <leadkeep/base/result.h>

#include <cstdio>
#include <string>

namespace leadkeep::ctl {

inline void say(const std::string& line) {
  (void)std::printf("%s\n", line.c_str());
}

inline ExitCode complain(const Error& error) {
  (void)std::fprintf(stderr, "leadkeepctl: %s\n", error.detail.c_str());
  return error.code == Errc::kUnavailable ? ExitCode::kNoDaemon : ExitCode::kRefused;
}

inline ExitCode usage(const std::string& what) {
  (void)std::fprintf(stderr, "leadkeepctl: %s; see leadkeepctl --help\n", what.c_str());
  return ExitCode::kUsage;
}

}  // namespace leadkeep::ctl
