#include "arguments.h"
#include "commands.h"

#include <cstdio>

int main(int argc, char** argv) {
  using leadkeep::ctl::Arguments;
  const auto arguments = leadkeep::ctl::parse_arguments(argc, argv);
  if (!arguments) {
    (void)std::fprintf(stderr, "leadkeepctl: %s\n", arguments.error().detail.c_str());
    return static_cast<int>(leadkeep::ctl::ExitCode::kUsage);
  }
  switch (arguments.value().wish) {
    case Arguments::Wish::kHelp:
      (void)std::fputs(leadkeep::ctl::help_text().c_str(), stdout);
      return 0;
    case Arguments::Wish::kVersion:
      (void)std::puts("leadkeepctl " LEADKEEP_VERSION);
      return 0;
    case Arguments::Wish::kCommand:
      break;
  }
  return static_cast<int>(leadkeep::ctl::run_command(arguments.value()));
}
