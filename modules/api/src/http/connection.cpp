#include "http/connection.h"

#include "http/problem.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/heap.h>
#include <leadkeep/crypto/random.h>

#include <array>
#include <cerrno>
#include <exception>
#include <typeinfo>

#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/Utility.h>
#include <Poco/Timespan.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

namespace leadkeep::api::http {
namespace {

using std::chrono::seconds;

constexpr seconds kTimeForHead{30};
constexpr seconds kTimeForBody{30};
constexpr seconds kTimeBetweenRequests{60};
constexpr seconds kTimeWithoutByte{15};
constexpr seconds kTimeToDrain{10};
constexpr seconds kTimeToDrainWithoutByte{2};
constexpr std::size_t kMaxDrainedBytes = 256 * 1024 * 1024;

Poco::Timespan timespan(seconds time) {
  return {static_cast<long>(time.count()), 0};
}

Fault fault_of_head(Errc code) {
  return code == Errc::kTooLarge
             ? Fault{431, code, "The head of the request is too large. Send fewer fields.", {}}
             : Fault{400, Errc::kInvalidInput, "The request is no HTTP/1.1 that is read here.", {}};
}

// Not POCO's poll, which makes an epoll instance for every wait and closes it again: four calls of
// the kernel instead of one.
bool is_readable_within(int fd, std::chrono::milliseconds time) {
  ::pollfd readable{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&readable, 1, static_cast<int>(time.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

Bytes der_of(const X509& certificate) {
  unsigned char* der = nullptr;
  const int size = ::i2d_X509(&certificate, &der);
  if (size <= 0) {
    return {};
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(der);
  Bytes copy{bytes, bytes + size};
  ::OPENSSL_free(der);
  return copy;
}

}  // namespace

Connection::Connection(const Poco::Net::StreamSocket& connected, const ConnectionSetup& setup)
    : TCPServerConnection{connected}, m_setup{setup} {}

Connection::~Connection() {
  m_setup.watch.give_back();
}

// An exception of the socket ends the connection, and nobody is left to be told.
void Connection::run() {
  ::pthread_setname_np(::pthread_self(), m_setup.thread_name);
  try {
    serve();
  } catch (const Poco::Exception&) {
    // Nothing to add: the client left, or its time is up.
  } catch (const std::exception& e) {
    log_error("CONNECTION_FAILED", Field{"reason", Reason{typeid(e).name()}});
  }
  wipe_dead_stack();
}

void Connection::serve() {
  m_peer.kind = m_setup.peer_kind;
  if (m_peer.kind == PeerKind::kNetwork) {
    m_peer.address = socket().peerAddress().host().toString();
  } else {
    m_peer.user = user_of(socket().impl()->sockfd());
  }
  // POCO waits twice for a TLS socket: in the call, and then for the socket to be ready.
  const long waits = m_setup.transport == Transport::kTls ? 2 : 1;
  const Poco::Timespan wait{timespan(kTimeWithoutByte).totalMicroseconds() / waits};
  socket().setReceiveTimeout(wait);
  socket().setSendTimeout(wait);
  ConnectionWatch::Seat seat{m_setup.watch, socket().impl()->sockfd(), m_peer.address};
  ReadBuffer buffer{*this};
  Then then = Then::kNextRequest;
  while (then == Then::kNextRequest) {
    if (seat.idle_for(kTimeBetweenRequests) == ConnectionWatch::Seat::Next::kStopping ||
        !wait_for_request(buffer)) {
      break;
    }
    seat.wait_for_client(kTimeForHead);
    then = serve_one(buffer, seat);
    if (then != Then::kHandedOver) {
      buffer.next_request();
    }
  }
  if (then == Then::kEndUnread || (then == Then::kEnd && buffer.has_unread())) {
    if (seat.idle_for(kTimeToDrain) == ConnectionWatch::Seat::Next::kMayFollow) {
      drain();
    }
  } else if (then != Then::kHandedOver) {
    socket().shutdown();  // with TLS's close_notify
  }
}

// There is one, if at all, once the first octet was read.
void Connection::look_at_certificate() {
  if (m_setup.clients == nullptr || m_looked_at_certificate) {
    return;
  }
  m_looked_at_certificate = true;
  const Poco::Net::SecureStreamSocket secure{socket()};
  if (!secure.havePeerCertificate()) {
    return;
  }
  const Bytes der = der_of(*secure.peerCertificate().certificate());
  m_peer.certificate = flow::ShownCredential{m_setup.clients->judge(der, m_setup.clock.now())};
}

Connection::Then Connection::serve_one(ReadBuffer& buffer, ConnectionWatch::Seat& seat) {
  const auto id = crypto::new_id<RequestId>(m_setup.clock.now());
  Content content = Content::kSent;
  const auto send = [&](const Response& response, Afterwards afterwards) {
    seat.wait_for_client(m_setup.time_for_answer);
    write(to_bytes(response, {m_setup.transport, afterwards, content, id, m_setup.clock.now()}));
  };

  auto head_bytes = buffer.read_head();
  if (head_bytes.ok() && head_bytes.value().empty()) {
    return Then::kEnd;
  }
  auto head = head_bytes.ok() ? RequestHead::parse(head_bytes.value())
                              : Result<RequestHead>{Fail{std::move(head_bytes).error()}};
  if (!head) {
    if (head.error().code != Errc::kUnavailable) {
      send(m_setup.service.refuse_unreadable(fault_of_head(head.error().code)), Afterwards::kClose);
      return Then::kEndUnread;
    }
    return Then::kEnd;
  }

  look_at_certificate();
  content = head.value().verb() == Verb::kHead ? Content::kLeftOut : Content::kSent;
  bool connection_ended = false;
  // A client that goes away or stalls inside of its body is no failure of a handler.
  const auto read_body = [&](std::size_t limit) -> Result<std::string> {
    try {
      auto body = take_body(head.value(), buffer, seat, limit);
      connection_ended = !body.ok() && body.error().code == Errc::kUnavailable;
      return body;
    } catch (const Poco::Exception&) {
      connection_ended = true;
      return fail(Errc::kUnavailable, "request: the connection ended");
    }
  };
  Request request{head.value(), m_peer, read_body};
  seat.work_for(m_setup.time_for_answer);
  auto response = m_setup.service.answer(request, id);
  if (connection_ended) {
    return Then::kEnd;
  }
  const bool everything_read =
      request.is_read_to_its_end() || head.value().framing().kind == Framing::Kind::kNone;
  const auto hand_over = response.continue_with;
  const bool keep =
      everything_read && !hand_over && head.value().persistence() == Persistence::kKeepAlive;
  send(response, keep ? Afterwards::kKeepAlive : Afterwards::kClose);
  if (hand_over) {
    seat.leave();
    hand_over(DetachedConnection{socket()});
    return Then::kHandedOver;
  }
  if (!everything_read) {
    return Then::kEndUnread;
  }
  return keep ? Then::kNextRequest : Then::kEnd;
}

Result<std::string> Connection::take_body(const RequestHead& head, ReadBuffer& buffer,
                                          ConnectionWatch::Seat& seat, std::size_t limit) {
  const auto& framing = head.framing();
  if (framing.kind == Framing::Kind::kNone) {
    return std::string{};
  }
  if (framing.length > limit) {
    return fail(Errc::kTooLarge, "request: body");
  }
  seat.wait_for_client(kTimeForBody);
  if (head.expectation() == Expectation::kContinue) {
    write("HTTP/1.1 100 Continue\r\n\r\n");
  }
  auto body = buffer.read_body(framing, limit);
  seat.work_for(m_setup.time_for_answer);
  return body;
}

bool Connection::wait_for_request(const ReadBuffer& buffer) {
  if (buffer.has_unread() || socket().available() > 0) {
    return true;
  }
  const int fd = socket().impl()->sockfd();
  if (is_readable_within(fd, kRest)) {
    return true;
  }
  wipe_dead_stack();
  return is_readable_within(fd, kTimeBetweenRequests);
}

// An error that some other use of the library left in this thread's queue would be taken for one of
// this socket.
std::size_t Connection::read(std::span<char> out) {
  Poco::Net::Utility::clearErrorStack();
  const int count = socket().receiveBytes(out.data(), static_cast<int>(out.size()));
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void Connection::write(std::string_view bytes) {
  Poco::Net::Utility::clearErrorStack();
  while (!bytes.empty()) {
    const int count = socket().sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    if (count <= 0) {
      throw Poco::IOException("send");
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

// Closing a socket with unread bytes resets the connection, and the client loses the answer that
// says why. Many clients read nothing before they have sent everything. So our side is closed first
// and what still comes is thrown away, within the bounds above; the watch looks after the time.
void Connection::drain() noexcept {
  const int fd = socket().impl()->sockfd();
  const ::timeval patience{kTimeToDrainWithoutByte.count(), 0};
  if (::shutdown(fd, SHUT_WR) != 0 ||
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0) {
    return;
  }
  std::array<char, 16 * 1024> scrap;
  std::size_t drained = 0;
  for (;;) {
    const auto count = ::recv(fd, scrap.data(), scrap.size(), 0);
    drained += count > 0 ? static_cast<std::size_t>(count) : 0;
    if (count <= 0 || drained > kMaxDrainedBytes) {
      return;
    }
  }
}

}  // namespace leadkeep::api::http
