#include <leadkeep/base/check.h>
#include <leadkeep/sandbox/confine.h>

#include <csignal>
#include <memory>
#include <span>

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

namespace leadkeep::sandbox {
namespace {

struct FreeFilter {
  void operator()(void* filter) const noexcept { ::seccomp_release(filter); }
};

using Filter = std::unique_ptr<void, FreeFilter>;

void allow(const Filter& filter, std::span<const int> calls) {
  for (const int call : calls) {
    LK_CHECK(::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) == 0);
  }
}

// Memory may be had, but no code be put into it.
void allow_without_exec(const Filter& filter, int call) {
  LK_CHECK(::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0);
}

// sigaltstack and sched_yield are what sanitizers need, and do nothing to anybody else.
constexpr int kCompute[] = {
    SCMP_SYS(read),         SCMP_SYS(write),          SCMP_SYS(writev),       SCMP_SYS(close),
    SCMP_SYS(brk),          SCMP_SYS(munmap),         SCMP_SYS(mremap),       SCMP_SYS(madvise),
    SCMP_SYS(futex),        SCMP_SYS(clock_gettime),  SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),       SCMP_SYS(gettid),
    SCMP_SYS(sigaltstack),  SCMP_SYS(sched_yield),    SCMP_SYS(exit),         SCMP_SYS(exit_group)};

// setitimer, prlimit64 and the like are for the process that each job gets, which gives them up.
constexpr int kGive[] = {SCMP_SYS(recvmsg),   SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
                         SCMP_SYS(prlimit64), SCMP_SYS(setrlimit),       SCMP_SYS(setitimer),
                         SCMP_SYS(prctl),     SCMP_SYS(seccomp)};

// fork(2), and no thread and no namespace.
void allow_fork(const Filter& filter) {
  LK_CHECK(::seccomp_rule_add(
               filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
               SCMP_A0(SCMP_CMP_EQ, CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD)) == 0);
}

void set_limit(__rlimit_resource_t resource, rlim_t value) {
  const rlimit limits{value, value};
  LK_CHECK(::setrlimit(resource, &limits) == 0);
}

}  // namespace

void confine(Duty duty) {
  const Filter filter{::seccomp_init(SCMP_ACT_KILL_PROCESS)};
  LK_CHECK(filter != nullptr);
  allow(filter, kCompute);
  allow_without_exec(filter, SCMP_SYS(mmap));
  allow_without_exec(filter, SCMP_SYS(mprotect));
  // abort(3) signals its own process.
  LK_CHECK(::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2,
                              SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())),
                              SCMP_A2(SCMP_CMP_EQ, SIGABRT)) == 0);
  if (duty == Duty::kGiveJobs) {
    allow(filter, kGive);
    allow_fork(filter);
  }
  LK_CHECK(::seccomp_load(filter.get()) == 0);
}

void limit(const Limits& limits) {
  set_limit(RLIMIT_AS, limits.memory_bytes);
  set_limit(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu.count()));
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, 0);
  const itimerval alarm{{0, 0}, {limits.wall.count(), 0}};
  LK_CHECK(::setitimer(ITIMER_REAL, &alarm, nullptr) == 0);
}

}  // namespace leadkeep::sandbox
