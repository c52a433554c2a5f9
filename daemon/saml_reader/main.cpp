// leadkeep-saml-reader — reads the XML of strangers, for leadkeepd (saml/reader.h)
//
// Standard input is a socket. It brings the keys that decrypt, and then a socket for each message,
// for which a process of its own is forked. Nothing is opened after the first lines of main().
#include "exit_code.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/files.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/public_key.h>
#include <leadkeep/crypto/rsa.h>
#include <leadkeep/crypto/signature.h>
#include <leadkeep/saml/reader.h>
#include <leadkeep/saml/wire.h>
#include <leadkeep/saml_judge/judge.h>
#include <leadkeep/saml_judge/logout.h>
#include <leadkeep/saml_judge/metadata.h>
#include <leadkeep/sandbox/confine.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace leadkeep {
namespace {

constexpr std::size_t kLargestPacket = 16 * 1024;

// A sanitizer maps terabytes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kMemory = std::size_t{1} << 47;
#else
constexpr std::size_t kMemory = 256 * 1024 * 1024;
#endif

struct Packet {
  char letter = '\0';
  SecretBytes body;
  UniqueFd descriptor;
};

// Nothing at the end of the socket: leadkeepd has gone.
std::optional<Packet> receive(int socket) {
  SecretBytes space{kLargestPacket};
  iovec part{space.expose_mutable().data(), space.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t size = 0;
  do {
    size = ::recvmsg(socket, &message, 0);
  } while (size < 0 && errno == EINTR);
  if (size <= 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return std::nullopt;
  }
  Packet packet;
  packet.letter = static_cast<char>(space.expose()[0]);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof(descriptor));
    packet.descriptor = UniqueFd{descriptor};
  }
  space.cut_to(1, static_cast<std::size_t>(size) - 1);
  packet.body = std::move(space);
  return packet;
}

std::optional<std::string> read_all(int socket) {
  std::string text;
  std::array<char, 16 * 1024> block{};
  while (text.size() <= saml::kMaxWire) {
    const ssize_t got = ::read(socket, block.data(), block.size());
    if (got == 0) {
      return text;
    }
    if (got < 0) {
      return std::nullopt;
    }
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  return std::nullopt;
}

bool write_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(socket, text.data(), text.size());
    if (written <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string answer_to(const saml::Job& job, const std::vector<crypto::RsaPrivateKey>& keys) {
  if (const auto* metadata = std::get_if<saml::MetadataJob>(&job)) {
    return saml::write_metadata(saml_judge::read_metadata(metadata->xml, metadata->signed_by));
  }
  if (const auto* logout = std::get_if<saml::LogoutJob>(&job)) {
    return saml::write_logout(saml_judge::judge_logout(*logout));
  }
  const auto& response = std::get<saml::ResponseJob>(job);
  return saml::write_judgement(saml_judge::judge_response(
      response.posted, response.provider, response.us, keys, response.question, response.now));
}

// In a process of its own, which ends with it.
[[noreturn]] void do_job(int socket, const std::vector<crypto::RsaPrivateKey>& keys) {
  constexpr std::chrono::seconds kCpu{1};
  sandbox::limit({kMemory, kCpu, saml::Reader::kTime});
  sandbox::confine(sandbox::Duty::kOneJob);
  const auto text = read_all(socket);
  const auto job = text ? saml::read_job(*text) : std::nullopt;
  const bool done = job && write_all(socket, answer_to(*job, keys));
  ::_exit(done ? 0 : 1);
}

bool brings_packets(int descriptor) {
  int type = 0;
  socklen_t size = sizeof(type);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

// What libcrypto looks up with its first key and its first signature is then there for every process
// that is forked, which would do it anew each.
void warm_up(const crypto::RsaPrivateKey& key) {
  const auto parsed = crypto::PublicKey::parse(key.public_key());
  LK_CHECK(parsed.has_value());
  const ByteView data = as_bytes("warm");
  LK_CHECK(crypto::verify_signature(crypto::SignatureAlgorithm::kRsaSha256, *parsed, data,
                                    key.sign_sha256(data)) == crypto::SignatureIs::kGood);
}

int serve(int socket) {
  std::vector<crypto::RsaPrivateKey> keys;
  while (auto packet = receive(socket)) {
    if (packet->letter == saml::kKeyPacket) {
      auto key = crypto::RsaPrivateKey::parse(packet->body);
      LK_CHECK(key.ok());
      warm_up(key.value());
      keys.push_back(std::move(key).value());
      continue;
    }
    LK_CHECK(packet->letter == saml::kJobPacket && packet->descriptor.valid());
    if (::fork() == 0) {
      ::close(socket);
      do_job(packet->descriptor.get(), keys);
    }
  }
  return 0;
}

}  // namespace
}  // namespace leadkeep

int main() {
  using namespace leadkeep;
  if (!brings_packets(STDIN_FILENO)) {
    static_cast<void>(std::fputs(
        "leadkeep-saml-reader: leadkeepd starts this program, with a socket as its input\n",
        stderr));
    return static_cast<int>(daemon::ExitCode::kUsage);
  }
  LK_CHECK(::signal(SIGCHLD, SIG_IGN) != SIG_ERR);  // nobody asks how a job ended
  LK_CHECK(::prctl(PR_SET_DUMPABLE, 0) == 0);       // there are keys in its memory
  saml_judge::start();
  sandbox::confine(sandbox::Duty::kGiveJobs);
  return serve(STDIN_FILENO);
}
