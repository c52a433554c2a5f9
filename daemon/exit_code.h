// How leadkeepd ends; the table is in daemon/README.md.
#pragma once

namespace leadkeep::daemon {

enum class ExitCode : int {
  kStopped = 0,      // asked to stop, and nothing was lost
  kUsage = 2,        // the command line or the configuration is not acceptable
  kStore = 3,        // the store did not open: key, permissions, another owner, damage
  kStart = 4,        // a later step of the start failed: certificate, address, secret
  kStoreBroken = 5,  // the disk failed while running; start again and run: leadkeepctl store verify
};

}  // namespace leadkeep::daemon
