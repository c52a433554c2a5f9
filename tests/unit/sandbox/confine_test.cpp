#include <leadkeep/sandbox/confine.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <ostream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leadkeep::sandbox {
namespace {

constexpr int kSurvived = 42;

struct Forbidden {
  std::string name;
  std::function<void()> attempt;
};

// For the names of tests, which would hold addresses otherwise.
std::ostream& operator<<(std::ostream& out, const Forbidden& attempt) {
  return out << attempt.name;
}

// Whatever came of it.
template <class T>
void tried(const T& /*result*/) {}

// What a parser that was taken over would try, each in a process of its own.
std::vector<Forbidden> forbidden() {
  return {
      {"OpenAFile", [] { tried(::open("/etc/passwd", O_RDONLY)); }},
      {"MakeASocket", [] { tried(::socket(AF_INET, SOCK_STREAM, 0)); }},
      {"MakeASocketPair",
       [] {
         int pair[2];
         tried(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
       }},
      {"RunAProgram",
       [] {
         char path[] = "/bin/true";
         char* const arguments[] = {path, nullptr};
         tried(::execve(path, arguments, arguments + 1));
       }},
      {"MakeCode",
       [] {
         tried(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
       }},
      {"MakeMemoryExecutable",
       [] {
         void* memory =
             ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         tried(::mprotect(memory, 4096, PROT_READ | PROT_EXEC));
       }},
      {"KillItsParent", [] { tried(::kill(::getppid(), SIGTERM)); }},
      {"AbortItsParent", [] { tried(::syscall(SYS_tgkill, ::getppid(), ::getppid(), SIGABRT)); }},
      {"KillItself", [] { tried(::kill(::getpid(), SIGUSR1)); }},
      {"TraceAProcess", [] { tried(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
      {"ReceiveAMessage",
       [] {
         msghdr message{};
         tried(::recvmsg(0, &message, 0));
       }},
      {"RaiseItsPrivileges", [] { tried(::setuid(0)); }},
      {"LookAround", [] { tried(::syscall(SYS_getdents64, 0, nullptr, 0)); }},
  };
}

// How a child ends that does this; it must not run what the test program does at its end.
template <class Act>
int end_of_child(const Act& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    act();
    ::_exit(kSurvived);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

bool is_killed_by(int status, int signal) {
  return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

bool survived(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == kSurvived;
}

class Confined : public testing::TestWithParam<Forbidden> {};

TEST_P(Confined, ProcessIsKilledWhenItTries) {
  const int status = end_of_child([] {
    confine(Duty::kOneJob);
    GetParam().attempt();
  });
  EXPECT_TRUE(is_killed_by(status, SIGSYS)) << status;
}

// Or the attempt would prove nothing.
TEST_P(Confined, ProcessSurvivesTheSameUnconfined) {
  const std::string& name = GetParam().name;
  if (name == "RunAProgram" || name == "KillItself" || name == "KillItsParent" ||
      name == "AbortItsParent") {
    GTEST_SKIP() << "ends or changes the process by itself";
  }
  EXPECT_TRUE(survived(end_of_child([] { GetParam().attempt(); })));
}

INSTANTIATE_TEST_SUITE_P(All, Confined, testing::ValuesIn(forbidden()),
                         [](const auto& attempt) { return attempt.param.name; });

TEST(Confine, LetsAProcessComputeReadAndWrite) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const int status = end_of_child([&] {
    confine(Duty::kOneJob);
    std::string text(1'000'000, 'a');  // memory of malloc and of mmap
    char answer = text[999'999];
    tried(::write(pipe[1], &answer, 1));
  });
  char got = 0;
  EXPECT_TRUE(survived(status)) << status;
  EXPECT_EQ(::read(pipe[0], &got, 1), 1);
  EXPECT_EQ(got, 'a');
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(Confine, LetsAProcessAbort) {
  const int status = end_of_child([] {
    confine(Duty::kOneJob);
    tried(::syscall(SYS_tgkill, ::getpid(), ::gettid(), SIGABRT));
  });
  EXPECT_TRUE(is_killed_by(status, SIGABRT)) << status;
}

TEST(Confine, LetsWhoGivesJobsForkAndTheJobGivesThatUp) {
  const int status = end_of_child([] {
    confine(Duty::kGiveJobs);
    if (::fork() == 0) {
      confine(Duty::kOneJob);
      ::_exit(kSurvived);
    }
  });
  EXPECT_TRUE(survived(status)) << status;
  const int forked_again = end_of_child([] {
    confine(Duty::kGiveJobs);
    confine(Duty::kOneJob);
    tried(::fork());
  });
  EXPECT_TRUE(is_killed_by(forked_again, SIGSYS)) << forked_again;
}

TEST(Limit, EndsAProcessThatRunsForTooLong) {
  const int busy = end_of_child([] {
    limit({std::size_t{1} << 40, std::chrono::seconds{1}, std::chrono::seconds{30}});
    while (true) {
      tried(::getppid());
    }
  });
  EXPECT_TRUE(is_killed_by(busy, SIGXCPU) || is_killed_by(busy, SIGKILL)) << busy;
  const int waiting = end_of_child([] {
    limit({std::size_t{1} << 40, std::chrono::seconds{30}, std::chrono::seconds{1}});
    ::pause();
  });
  EXPECT_TRUE(is_killed_by(waiting, SIGALRM)) << waiting;
}

}  // namespace
}  // namespace leadkeep::sandbox
