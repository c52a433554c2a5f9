#include "wire.h"

#include <leadkeep/base/text.h>

#include <array>
#include <charconv>
#include <sstream>

#include <Poco/Crypto/EVPPKey.h>
#include <Poco/Crypto/X509Certificate.h>
#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/X509Certificate.h>
#include <Poco/Timespan.h>
#include <sys/socket.h>

namespace leadkeep::leaktest {
namespace {

constexpr int kAnswerSeconds = 10;
constexpr long kSilenceMicroseconds = 50'000;
constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;

std::string reachable(const std::string& host) {
  return host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
}

bool has_no_body(int status) noexcept {
  return status == 204 || status == 304 || (status >= 100 && status < 200);
}

void show(const Credentials& credentials, Poco::Net::Context& context) {
  if (credentials.certificate.empty()) {
    return;
  }
  std::istringstream certificate{credentials.certificate};
  std::istringstream key{std::string{as_text(credentials.key->expose())}};
  context.useCertificate(Poco::Crypto::X509Certificate{certificate});
  context.usePrivateKey(Poco::Crypto::EVPPKey{nullptr, &key});
}

}  // namespace

struct Door::Address {
  Poco::Net::SocketAddress address;
  std::filesystem::path certificate;  // empty: not TLS
  Credentials credentials;            // none: a stranger
};

struct Door::Connection {
  Poco::Net::StreamSocket socket;
  std::string unread;

  // Nothing more within the time: false.
  bool fill(const Poco::Timespan& time) {
    if (socket.available() == 0 && !socket.poll(time, Poco::Net::Socket::SELECT_READ)) {
      return false;
    }
    std::array<char, 16 * 1024> piece;
    const int count = socket.receiveBytes(piece.data(), static_cast<int>(piece.size()));
    if (count <= 0) {
      return false;
    }
    unread.append(piece.data(), static_cast<std::size_t>(count));
    return unread.size() < kMaxAnswerBytes;
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const int count = socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
      if (count <= 0) {
        throw Poco::IOException{"send"};
      }
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  RawAnswer read_head() {
    RawAnswer answer;
    std::size_t end = std::string::npos;
    while ((end = unread.find("\r\n\r\n")) == std::string::npos) {
      if (!fill(Poco::Timespan{kAnswerSeconds, 0})) {
        // What came is not an answer, and is searched all the same.
        answer.body = std::move(unread);
        unread.clear();
        return answer;
      }
    }
    answer.head = unread.substr(0, end + 4);
    unread.erase(0, end + 4);
    const auto space = answer.head.find(' ');
    if (space != std::string::npos) {
      const char* begin = answer.head.data() + space + 1;
      (void)std::from_chars(begin, begin + 3, answer.status);
    }
    return answer;
  }

  void read_body(RawAnswer& answer) {
    const auto announced = parse_unsigned(answer.field("content-length"));
    if (has_no_body(answer.status)) {
      return;
    }
    if (!announced) {
      while (fill(Poco::Timespan{0, kSilenceMicroseconds})) {
      }
      answer.body = std::move(unread);
      unread.clear();
      return;
    }
    while (unread.size() < *announced && fill(Poco::Timespan{kAnswerSeconds, 0})) {
    }
    answer.body = unread.substr(0, static_cast<std::size_t>(*announced));
    unread.erase(0, answer.body.size());
  }
};

std::string RawAnswer::field(std::string_view name) const {
  const std::string lowered = to_lower_ascii(head);
  const auto at = lowered.find("\r\n" + std::string{name} + ":");
  if (at == std::string::npos) {
    return {};
  }
  const auto begin = at + 3 + name.size();
  return std::string{trim(std::string_view{head}.substr(begin, head.find("\r\n", begin) - begin))};
}

Door::Door(std::unique_ptr<Address> address) noexcept : m_address{std::move(address)} {}

Door::Door(Door&&) noexcept = default;
Door& Door::operator=(Door&&) noexcept = default;
Door::~Door() = default;

Door Door::tls(const config::Endpoint& endpoint, std::filesystem::path certificate,
               Credentials credentials) {
  return Door{std::make_unique<Address>(Address{
      {reachable(endpoint.host), endpoint.port}, std::move(certificate), std::move(credentials)})};
}

Door Door::local(const std::filesystem::path& socket) {
  return Door{std::make_unique<Address>(
      Address{{Poco::Net::SocketAddress::UNIX_LOCAL, socket.string()}, {}, {}})};
}

Result<void> Door::connect() {
  try {
    const Poco::Timespan time{kAnswerSeconds, 0};
    auto connection = std::make_unique<Connection>();
    if (m_address->certificate.empty()) {
      connection->socket.connect(m_address->address);
    } else {
      // The one certificate of the configuration is stricter than any authority.
      Poco::Net::Context::Ptr context{
          new Poco::Net::Context{Poco::Net::Context::TLS_CLIENT_USE, "", "", "",
                                 Poco::Net::Context::VERIFY_NONE, 9, false}};
      show(m_address->credentials, *context);
      Poco::Net::SecureStreamSocket secure{context};
      secure.connect(m_address->address, time);
      // The server says nothing behind the handshake, so a request would wait for a late ACK.
      secure.setNoDelay(true);
      secure.completeHandshake();
      const Poco::Crypto::X509Certificate expected{m_address->certificate.string()};
      if (!secure.peerCertificate().equals(expected)) {
        return fail(Errc::kUnavailable, m_address->address.toString() +
                                            " presents another certificate than " +
                                            m_address->certificate.string());
      }
      connection->socket = secure;
    }
    connection->socket.setReceiveTimeout(time);
    connection->socket.setSendTimeout(time);
    m_connection = std::move(connection);
    return {};
  } catch (const Poco::Exception&) {
    return fail(Errc::kUnavailable, "no daemon answers on " + m_address->address.toString());
  }
}

Result<RawAnswer> Door::try_exchange(std::string_view request) {
  if (!m_connection) {
    LK_TRY_VOID(connect());
  }
  RawAnswer answer;
  try {
    m_connection->send(request);
  } catch (const Poco::Exception&) {
    // The other side may have refused before it had read everything: its answer is there.
    answer.status = 0;
  }
  try {
    do {
      answer = m_connection->read_head();
    } while (answer.status == 100);
    // The answer to HEAD announces a body and has none (RFC 9110 section 9.3.2).
    if (!request.starts_with("HEAD ")) {
      m_connection->read_body(answer);
    }
  } catch (const Poco::Exception&) {
    close();
    return answer;
  }
  const bool keeps = answer.status != 0 && !answer.field("content-length").empty() &&
                     to_lower_ascii(answer.field("connection")) != "close";
  if (!keeps && answer.status != 204) {
    close();
  }
  return answer;
}

Result<RawAnswer> Door::exchange(std::string_view request) {
  const bool reused = m_connection != nullptr;
  LK_TRY(RawAnswer answer, try_exchange(request));
  if (reused && answer.status == 0 && answer.body.empty()) {
    close();
    return try_exchange(request);
  }
  return answer;
}

Result<int> Door::peer_process() {
  if (!m_connection) {
    LK_TRY_VOID(connect());
  }
  ::ucred peer{};
  ::socklen_t size = sizeof(peer);
  if (::getsockopt(m_connection->socket.impl()->sockfd(), SOL_SOCKET, SO_PEERCRED, &peer, &size) !=
      0) {
    return fail(Errc::kUnavailable, "the process behind the control socket is not known");
  }
  return static_cast<int>(peer.pid);
}

Result<RawAnswer> Door::open_stream(std::string_view request) {
  close();
  LK_TRY_VOID(connect());
  try {
    m_connection->send(request);
    return m_connection->read_head();
  } catch (const Poco::Exception&) {
    close();
    return fail(Errc::kUnavailable, "the event stream cannot be opened");
  }
}

std::string Door::more_of_stream(std::chrono::milliseconds wait) {
  if (!m_connection) {
    return {};
  }
  try {
    while (m_connection->fill(Poco::Timespan{0, static_cast<long>(wait.count()) * 1'000})) {
    }
  } catch (const Poco::Exception&) {
    return std::exchange(m_connection->unread, {});
  }
  return std::exchange(m_connection->unread, {});
}

void Door::close() noexcept {
  m_connection.reset();
}

}  // namespace leadkeep::leaktest
