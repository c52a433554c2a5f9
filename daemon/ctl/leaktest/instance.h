// leaktest/instance.h — the running instance: its doors, its secrets, its process
#pragma once
#include "marks.h"
#include "operations.h"
#include "program.h"
#include "wire.h"

#include <leadkeep/base/secret.h>
#include <leadkeep/config/settings.h>

#include <string>

namespace leadkeep::leaktest {

struct Instance {
  config::Settings settings;
  Door api;
  Door webhook;
  Door control;
  Program program;  // that talks to the API
  SecretBytes app_secret;
  int process = 0;

  // Replies leave only towards this machine: a drawn phone number may be somebody's.
  enum class Replies { kLeave, kAreHeldBack } replies;

  [[nodiscard]] Door& door(DoorKind kind);
  // At the first host that programs may be told at; of nobody where there is none.
  [[nodiscard]] std::string webhook_url() const;
};

// Reads the configuration and the secrets it names, which become marks. kUnavailable: no daemon.
[[nodiscard]] Result<Instance> connect(const std::filesystem::path& config, Marks& marks);

}  // namespace leadkeep::leaktest
