#include "arguments.h"
#include "commands.h"

#include <cstdio>

namespace {

std::string help_of(const leadkeep::ctl::Arguments& arguments) {
  const bool of_leak_test = !arguments.words.empty() && arguments.words.front() == "leaktest";
  return of_leak_test ? leadkeep::leaktest::help_text() : leadkeep::ctl::help_text();
}

}  // namespace

int main(int argc, char** argv) {
  using leadkeep::ctl::Arguments;
  const auto arguments = leadkeep::ctl::parse_arguments(argc, argv);
  if (!arguments) {
    (void)std::fprintf(stderr, "leadkeepctl: %s\n", arguments.error().detail.c_str());
    return static_cast<int>(leadkeep::ctl::ExitCode::kUsage);
  }
  switch (arguments.value().wish) {
    case Arguments::Wish::kHelp:
      (void)std::fputs(help_of(arguments.value()).c_str(), stdout);
      return 0;
    case Arguments::Wish::kVersion:
      (void)std::puts("leadkeepctl " LEADKEEP_VERSION);
      return 0;
    case Arguments::Wish::kCommand:
      break;
  }
  return static_cast<int>(leadkeep::ctl::run_command(arguments.value()));
}
