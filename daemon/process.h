// What the process owes its secrets and its signals, before any thread starts.
#pragma once
#include <leadkeep/base/files.h>
#include <leadkeep/base/result.h>

#include <chrono>

namespace leadkeep::daemon {

// No core dumps, not traceable by others, files for us only, no death by SIGPIPE or SIGXFSZ, as many
// descriptors as the process may have, and libraries that wipe what they free: they have to be told
// before their first use.
void harden_process() noexcept;

// Left to itself, malloc keeps what it has once given out: after a flood of large bodies, several MB
// for each thread that read one.
void return_large_memory_at_once() noexcept;

// SIGTERM, SIGINT and SIGHUP, blocked in every thread and read from a descriptor.
class StopSignals {
 public:
  [[nodiscard]] static Result<StopSignals> take();

  enum class Outcome { kStop, kTimeUp };
  [[nodiscard]] Outcome wait(std::chrono::milliseconds limit) const;

 private:
  explicit StopSignals(UniqueFd fd) noexcept : m_fd{std::move(fd)} {}

  UniqueFd m_fd;
};

}  // namespace leadkeep::daemon
