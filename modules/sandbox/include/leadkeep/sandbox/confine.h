// leadkeep/sandbox/confine.h — a process that reads what strangers send, and can do nothing else
//
// Takes    what the process still has to do
// Yields   a process that the kernel kills at the first system call beyond that: no file is opened,
//          no socket made, no program run, no memory made executable, nobody signalled but itself
// Refuses  nothing; where the kernel does not confine, the process stops (LK_CHECK)
// Source   seccomp(2), with libseccomp; setrlimit(2), setitimer(2)
// Threads  before there is a second one
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace leadkeep::sandbox {

enum class Duty : std::uint8_t {
  kOneJob,    // computes; reads and writes what is open
  kGiveJobs,  // receives sockets, and forks a process for each, which then takes kOneJob
};

void confine(Duty duty);

struct Limits {
  std::size_t memory_bytes = 0;  // of address space
  std::chrono::seconds cpu{0};   // then the kernel kills it
  std::chrono::seconds wall{0};  // likewise
};

// For good: a process that has them cannot raise them.
void limit(const Limits& limits);

}  // namespace leadkeep::sandbox
