#include <leadkeep/base/check.h>
#include <leadkeep/saml/reader.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leadkeep::saml {
namespace {

using Clock = std::chrono::steady_clock;

struct Pair {
  UniqueFd ours;
  UniqueFd theirs;
};

std::optional<Pair> make_pair(int type) {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return std::nullopt;
  }
  return Pair{UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

// A packet of one letter and its body, with a descriptor if there is one. Never waits: a program that
// takes none has died for us.
bool send_packet(int socket, char letter, ByteView body, int descriptor = -1) {
  std::array<iovec, 2> parts{iovec{&letter, 1},
                             iovec{const_cast<std::byte*>(body.data()), body.size()}};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (descriptor >= 0) {
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  }
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(1 + body.size());
}

bool wait_for(int fd, short events, Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
  pollfd wanted{fd, events, 0};
  return left > 0 && ::poll(&wanted, 1, static_cast<int>(left)) == 1;
}

bool write_all(int fd, std::string_view text, Clock::time_point end) {
  while (!text.empty()) {
    if (!wait_for(fd, POLLOUT, end)) {
      return false;
    }
    const ssize_t written = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written < 0 && errno != EINTR && errno != EAGAIN) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return ::shutdown(fd, SHUT_WR) == 0;
}

std::optional<std::string> read_all(int fd, Clock::time_point end) {
  std::string text;
  std::array<char, 16 * 1024> block{};
  while (text.size() <= kMaxWire) {
    if (!wait_for(fd, POLLIN, end)) {
      return std::nullopt;
    }
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): no lock is held, and none waits
    const ssize_t got = ::recv(fd, block.data(), block.size(), MSG_DONTWAIT);
    if (got == 0) {
      return text;
    }
    if (got < 0 && errno != EINTR && errno != EAGAIN) {
      return std::nullopt;
    }
    text.append(block.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  return std::nullopt;
}

Fail no_answer(const char* what) {
  return fail(Errc::kUnavailable, std::string{"SAML reader: "} + what);
}

}  // namespace

Reader::Reader(std::filesystem::path program, std::vector<SecretBytes> keys)
    : m_path{std::move(program)}, m_keys{std::move(keys)} {}

Reader::~Reader() {
  m_state.with([](State& state) { stop(state); });
}

// Its processes end with their jobs, which have an end of their own.
void Reader::stop(State& state) noexcept {
  if (!state.program) {
    return;
  }
  ::kill(state.program->pid, SIGKILL);
  while (::waitpid(state.program->pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  state.program.reset();
}

Result<void> Reader::start(State& state) const {
  auto pair = make_pair(SOCK_SEQPACKET);
  if (!pair) {
    return no_answer("no socket");
  }
  ::posix_spawn_file_actions_t actions{};
  LK_CHECK(::posix_spawn_file_actions_init(&actions) == 0);
  LK_CHECK(::posix_spawn_file_actions_adddup2(&actions, pair->theirs.get(), STDIN_FILENO) == 0);
  std::string path = m_path.string();
  const std::array<char*, 2> arguments{path.data(), nullptr};
  const std::array<char*, 1> environment{nullptr};
  Program program{-1, std::move(pair->ours)};
  const int error = ::posix_spawn(&program.pid, path.c_str(), &actions, nullptr, arguments.data(),
                                  environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return fail(Errc::kUnavailable,
                "SAML reader: " + path + " cannot be started; is the package complete?");
  }
  state.program = std::move(program);
  for (const SecretBytes& key : m_keys) {
    if (!send_packet(state.program->control.get(), kKeyPacket, key.expose())) {
      stop(state);
      return no_answer("ended at its start");
    }
  }
  return {};
}

Result<UniqueFd> Reader::give_job() {
  auto pair = make_pair(SOCK_STREAM);
  if (!pair) {
    return no_answer("no socket");
  }
  const auto given = m_state.with([&](State& state) -> Result<void> {
    const auto give = [&] {
      return state.program &&
             send_packet(state.program->control.get(), kJobPacket, {}, pair->theirs.get());
    };
    if (give()) {
      return {};
    }
    stop(state);  // it has died, or was not there
    LK_TRY_VOID(start(state));
    return give() ? Result<void>{} : no_answer("ended at its start");
  });
  if (!given) {
    return Fail{given.error()};
  }
  return std::move(pair->ours);
}

Result<std::string> Reader::have_done(std::string_view job) {
  const auto end = Clock::now() + kTime;
  const auto is_free = [](const State& state) { return state.at_work < kMostAtOnce; };
  const bool has_turn = m_state.when_or_after(kTime, is_free, [&](State& state) {
    const bool free = is_free(state);
    state.at_work += free ? 1 : 0;
    return free;
  });
  if (!has_turn) {
    return no_answer("too many messages at once");
  }
  auto answer = [&]() -> Result<std::string> {
    LK_TRY(const UniqueFd socket, give_job());
    if (!write_all(socket.get(), job, end)) {
      return no_answer("took no message");
    }
    auto text = read_all(socket.get(), end);
    return text ? Result<std::string>{*std::move(text)} : no_answer("gave no answer");
  }();
  m_state.with([](State& state) { --state.at_work; });
  m_state.notify_one();
  return answer;
}

Result<Judgement> Reader::judge(const ResponseJob& job) {
  LK_TRY(std::string text, have_done(write_job(job)));
  auto judgement = read_judgement(text);
  wipe(text);
  if (!judgement) {
    return no_answer("gave no answer");
  }
  return *std::move(judgement);
}

Result<LogoutJudgement> Reader::judge_logout(const LogoutJob& job) {
  LK_TRY(std::string text, have_done(write_job(job)));
  auto judgement = read_logout(text);
  wipe(text);
  const bool is_answer =
      judgement && judgement->message && !judgement->message->in_response_to.empty();
  if (!judgement || (judgement->message && is_answer != (job.kind == LogoutKind::kResponse))) {
    return no_answer("gave no answer");
  }
  return *std::move(judgement);
}

Result<ProviderMetadata> Reader::read_metadata(std::string xml,
                                               const std::vector<Bytes>& signed_by) {
  LK_TRY(const std::string text, have_done(write_job(MetadataJob{std::move(xml), signed_by})));
  auto metadata = saml::read_metadata(text);
  const bool is_answer =
      metadata && (!metadata->ok() || metadata->value().is_signed == !signed_by.empty());
  return is_answer ? *std::move(metadata) : no_answer("gave no answer");
}

}  // namespace leadkeep::saml
