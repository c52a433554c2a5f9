#include "process.h"

#include <leadkeep/crypto/wiping_heap.h>
#include <leadkeep/ldap/connection.h>
#include <leadkeep/privacy/wiping_heap.h>
#include <leadkeep/transfer/prepare_process.h>

#include <csignal>

#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

namespace leadkeep::daemon {
namespace {

constexpr int kLargeBytes = 256 * 1024;

}  // namespace

void harden_process() noexcept {
  const rlimit no_core{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &no_core);
  // A connection is a descriptor. The limit that a shell or systemd gives, 1,024, is meant for
  // programs that use select(), and is less than the connections that the settings allow.
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &descriptors);
  }
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  (void)::umask(0077);
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
  crypto::wipe_what_openssl_frees();
  privacy::wipe_what_icu_frees();
  ldap::prepare_process();
  transfer::prepare_process();
}

void return_large_memory_at_once() noexcept {
  (void)::mallopt(M_MMAP_THRESHOLD, kLargeBytes);
}

Result<StopSignals> StopSignals::take() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  if (::pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0) {
    return fail(Errc::kInternal, "process: the signals cannot be blocked");
  }
  UniqueFd fd{::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd.valid()) {
    return fail(Errc::kInternal, "process: no descriptor for the signals");
  }
  return StopSignals{std::move(fd)};
}

StopSignals::Outcome StopSignals::wait(std::chrono::milliseconds limit) const {
  pollfd poll_for{m_fd.get(), POLLIN, 0};
  const int ready = ::poll(&poll_for, 1, static_cast<int>(limit.count()));
  return ready > 0 ? Outcome::kStop : Outcome::kTimeUp;
}

}  // namespace leadkeep::daemon
