#include <leadkeep/egress/dialer.h>

#include <array>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace leadkeep::egress {
namespace {

using std::chrono::milliseconds;

// Binds to a free port of 127.0.0.1.
class Listener {
 public:
  explicit Listener(int backlog) : m_fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    m_address.sin_family = AF_INET;
    m_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof(m_address);
    EXPECT_EQ(::bind(m_fd.get(), generic(), size), 0);
    EXPECT_EQ(::getsockname(m_fd.get(), generic(), &size), 0);
    EXPECT_EQ(::listen(m_fd.get(), backlog), 0);
  }

  [[nodiscard]] std::uint16_t port() const { return ntohs(m_address.sin_port); }

  [[nodiscard]] UniqueFd accept() const {
    return UniqueFd{::accept4(m_fd.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  }

  void fill_backlog() {
    for (UniqueFd& client : m_clients) {
      client = UniqueFd{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
      static_cast<void>(::connect(client.get(), generic(), sizeof(m_address)));
    }
  }

 private:
  ::sockaddr* generic() { return reinterpret_cast<::sockaddr*>(&m_address); }

  UniqueFd m_fd;
  ::sockaddr_in m_address{};
  std::array<UniqueFd, 8> m_clients;
};

Dialer dialer_for(const std::string& entry) {
  const std::vector<std::string> entries{entry};
  return Dialer{AllowList::parse(entries).value()};
}

Dialer dialer_for(const std::string& host, std::uint16_t port) {
  return dialer_for(host + ":" + std::to_string(port));
}

TEST(Dialer, YieldsAConnectedBlockingSocket) {
  const Listener listener{1};
  const Dialer dialer = dialer_for("127.0.0.1", listener.port());
  const auto socket =
      dialer.dial({"127.0.0.1", listener.port()}, Purpose::kWhatsAppApi, milliseconds{5'000});
  ASSERT_TRUE(socket.ok());
  const int fd = socket.value().get();
  EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  int no_delay = 0;
  ::socklen_t size = sizeof(no_delay);
  ASSERT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_NE(no_delay, 0);

  const UniqueFd peer = listener.accept();
  ASSERT_TRUE(peer.valid());
  ASSERT_EQ(::write(fd, "ping", 4), 4);
  std::array<char, 4> received{};
  ASSERT_EQ(::recv(peer.get(), received.data(), received.size(), MSG_WAITALL), 4);
  EXPECT_EQ(std::string(received.data(), 4), "ping");
}

// The name may have an IPv6 address that nobody listens on; the next one is tried.
TEST(Dialer, ConnectsByName) {
  const Listener listener{1};
  const Dialer dialer = dialer_for("localhost", listener.port());
  EXPECT_TRUE(
      dialer.dial({"localhost", listener.port()}, Purpose::kWhatsAppApi, milliseconds{5'000}).ok());
}

TEST(Dialer, RefusesADestinationThatIsNotListedEvenIfItListens) {
  const Listener listener{1};
  const Dialer dialer = dialer_for("graph.facebook.com:443");
  const auto socket =
      dialer.dial({"127.0.0.1", listener.port()}, Purpose::kWhatsAppApi, milliseconds{5'000});
  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(socket.error().code, Errc::kForbidden);
}

TEST(Dialer, LogsTheRefusedPurposeAndNotTheName) {
  const Dialer dialer{AllowList{}};
  testing::internal::CaptureStderr();
  const auto socket =
      dialer.dial({"secret.example", 443}, Purpose::kWhatsAppApi, milliseconds{5'000});
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(socket.ok());
  EXPECT_NE(log.find("EGRESS_REFUSED purpose=whatsapp_api"), std::string::npos) << log;
  EXPECT_EQ(log.find("secret.example"), std::string::npos);
  EXPECT_EQ(socket.error().detail.find("secret.example"), std::string::npos);
}

TEST(Dialer, IsUnavailableWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    const Listener closed_again{1};
    port = closed_again.port();
  }
  const auto socket = dialer_for("127.0.0.1", port)
                          .dial({"127.0.0.1", port}, Purpose::kWhatsAppApi, milliseconds{5'000});
  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(socket.error().code, Errc::kUnavailable);
}

TEST(Dialer, IsUnavailableWhenTheTimeIsUp) {
  Listener listener{0};
  listener.fill_backlog();
  const auto socket =
      dialer_for("127.0.0.1", listener.port())
          .dial({"127.0.0.1", listener.port()}, Purpose::kWhatsAppApi, milliseconds{50});
  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(socket.error().code, Errc::kUnavailable);
}

TEST(Dialer, DoesNotConnectWithoutTime) {
  const Listener listener{1};
  for (const milliseconds timeout : {milliseconds{0}, milliseconds{-1}}) {
    const auto socket = dialer_for("127.0.0.1", listener.port())
                            .dial({"127.0.0.1", listener.port()}, Purpose::kWhatsAppApi, timeout);
    ASSERT_FALSE(socket.ok());
    EXPECT_EQ(socket.error().code, Errc::kUnavailable);
  }
}

}  // namespace
}  // namespace leadkeep::egress
