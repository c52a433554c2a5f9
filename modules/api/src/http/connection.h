// http/connection.h — one connection: request after request, each answered by the service
//
// POCO brings the socket and TLS; the loop is ours, because POCO's own answers a std::exception
// with a closed socket, knows no limit for a body and no total time for a head, and reads heads
// leniently.
//
// Takes    a socket, and a Service that answers every request and never throws
// Order    head, then the service, which reads the body when it wants to, then the answer in one
//          write. A request whose body was not read to its end is the last of its connection.
// Bounds   30 s each for a head, a body and an answer (hours for an answer to the operator), 15 s
//          without a byte, 60 s between requests; 10 s, 2 s without a byte and 256 MiB for what a
//          client still sends behind the last answer
// Threads  one for each connection
#pragma once
#include "http/connection_watch.h"
#include "http/peer.h"
#include "http/read_buffer.h"
#include "http/request.h"
#include "http/response.h"

#include <leadkeep/base/clock.h>

#include <string>

#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServerConnection.h>

namespace leadkeep::api::http {

class Service {
 public:
  virtual ~Service() = default;
  [[nodiscard]] virtual Response answer(Request& request, const RequestId& id) noexcept = 0;
  // To a request that could not be read.
  [[nodiscard]] virtual Response refuse_unreadable(const Fault& fault) noexcept = 0;
};

// A connection that nobody reads requests from any more.
class DetachedConnection {
 public:
  explicit DetachedConnection(const Poco::Net::StreamSocket& socket) : m_socket{socket} {}

  [[nodiscard]] Poco::Net::StreamSocket& socket() noexcept { return m_socket; }

 private:
  Poco::Net::StreamSocket m_socket;
};

struct ConnectionSetup {
  Service& service;
  ConnectionWatch& watch;
  const Clock& clock;
  Transport transport;
  PeerKind peer_kind;
  const char* thread_name;  // at most 15 characters
  std::chrono::seconds time_for_answer;
  const crypto::ClientCertificates* clients = nullptr;  // nullptr: no certificates are asked for
};

class Connection final : public Poco::Net::TCPServerConnection, private ByteSource {
 public:
  Connection(const Poco::Net::StreamSocket& connected, const ConnectionSetup& setup);
  ~Connection() override;
  void run() override;

 private:
  enum class Then { kNextRequest, kEnd, kEndUnread, kHandedOver };

  void serve();
  void look_at_certificate();
  [[nodiscard]] Then serve_one(ReadBuffer& buffer, ConnectionWatch::Seat& seat);
  [[nodiscard]] Result<std::string> take_body(const RequestHead& head, ReadBuffer& buffer,
                                              ConnectionWatch::Seat& seat, std::size_t limit);
  [[nodiscard]] bool wait_for_request(const ReadBuffer& buffer);
  [[nodiscard]] std::size_t read(std::span<char> out) override;
  void write(std::string_view bytes);
  void drain() noexcept;

  const ConnectionSetup& m_setup;
  Peer m_peer;
  bool m_looked_at_certificate = false;
};

}  // namespace leadkeep::api::http
