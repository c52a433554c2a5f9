#include "options.h"
#include "process.h"
#include "service.h"
#include "systemd.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/config/load.h>

#include <cstdio>
#include <string>

namespace leadkeep::daemon {
namespace {

constexpr std::chrono::milliseconds kTick{1'000};

int exit_with(ExitCode code) {
  return static_cast<int>(code);
}

void print(const std::string& text) {
  (void)std::fputs(text.c_str(), stdout);
}

void complain(const Error& error) {
  (void)std::fprintf(stderr, "leadkeepd: %s\n", error.detail.c_str());
}

// Until a signal asks to stop, or the store cannot be written to any more.
ExitCode serve(Service& service, const StopSignals& signals) {
  const bool watched = watchdog_interval().has_value();
  while (signals.wait(kTick) == StopSignals::Outcome::kTimeUp) {
    if (service.store_is_broken()) {
      return ExitCode::kStoreBroken;
    }
    if (watched && service.is_alive()) {
      notify_watchdog();
    }
  }
  return ExitCode::kStopped;
}

ExitCode run(const config::Settings& settings) {
  set_log_level(settings.log.level);
  harden_process();
  return_large_memory_at_once();
  const auto signals = StopSignals::take();
  if (!signals) {
    complain(signals.error());
    return ExitCode::kStart;
  }
  std::optional<StartFailure> failure;
  auto service = Service::start(settings, failure);
  if (!service) {
    log_error("START_FAILED", Field{"reason", Reason{failure->error}});
    return failure->code;
  }
  log_info("READY", Field{"api_port", service->api_port()},
           Field{"webhook_port", service->webhook_port()});
  notify_ready();
  const ExitCode code = serve(*service, signals.value());
  notify_stopping();
  log_info("STOPPING");
  service.reset();
  log_info("STOPPED");
  return code;
}

int run_task(const Options& options) {
  switch (options.task) {
    case Task::kPrintHelp:
      print(help_text());
      return 0;
    case Task::kPrintVersion:
      print("leadkeepd " LEADKEEP_VERSION "\n");
      return 0;
    case Task::kPrintSampleConfig:
      print(config::sample_config());
      return 0;
    case Task::kCheckConfig:
    case Task::kRun:
      break;
  }
  const auto settings = config::load(options.config, options.overrides);
  if (!settings) {
    complain(settings.error());
    return exit_with(ExitCode::kUsage);
  }
  if (options.task == Task::kCheckConfig) {
    print("the configuration is complete\n");
    return 0;
  }
  return exit_with(run(settings.value()));
}

}  // namespace
}  // namespace leadkeep::daemon

int main(int argc, char** argv) {
  const auto options = leadkeep::daemon::parse_options(argc, argv);
  if (!options) {
    leadkeep::daemon::complain(options.error());
    return static_cast<int>(leadkeep::daemon::ExitCode::kUsage);
  }
  return leadkeep::daemon::run_task(options.value());
}
