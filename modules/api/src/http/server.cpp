#include "http/server.h"

#include "http/tls_context.h"

#include <leadkeep/base/event_log.h>

#include <algorithm>
#include <system_error>

#include <Poco/Exception.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>
#include <Poco/ThreadPool.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadkeep::api::http {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;
constexpr int kBacklog = 512;
constexpr int kControlPlaces = 16;
constexpr int kIdleThreadSeconds = 1;  // how long a stop waits for threads without a connection
constexpr std::chrono::seconds kGrace{3};
constexpr std::chrono::seconds kTimeForAnswer{30};
constexpr std::chrono::hours kTimeForOperator{4};  // verifying a large store

class Factory final : public Poco::Net::TCPServerConnectionFactory {
 public:
  explicit Factory(const ConnectionSetup& setup) : m_setup{setup} {}

  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new Connection{socket, m_setup};  // POCO owns it
  }

 private:
  const ConnectionSetup& m_setup;
};

// Waits for a place before the next connection is taken out of the kernel's queue: POCO would
// accept all of them and silently drop those over its limit.
class Gate final : public Poco::Net::TCPServerConnectionFilter {
 public:
  explicit Gate(const ConnectionSetup& setup) : m_setup{setup} {}

  bool accept(const Poco::Net::StreamSocket& socket) override {
    ::pthread_setname_np(::pthread_self(), "lk-accept");
    if (m_setup.peer_kind == PeerKind::kOperator && !is_operator(socket)) {
      log_warn("CONTROL_CALLER_REFUSED");
      return false;
    }
    return m_setup.watch.admit() == ConnectionWatch::Admission::kAdmitted;
  }

 private:
  static bool is_operator(const Poco::Net::StreamSocket& socket) {
    const auto user = user_of(socket.impl()->sockfd());
    return user && (*user == 0 || *user == ::geteuid());
  }

  const ConnectionSetup& m_setup;
};

Result<void> remove_left_over(const std::filesystem::path& path) {
  struct ::stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    return {};
  }
  if (!S_ISSOCK(status.st_mode)) {
    return fail(Errc::kConflict, "control: not a socket: " + path.string());
  }
  if (::unlink(path.c_str()) != 0) {
    return fail(Errc::kUnavailable, "control: cannot replace " + path.string());
  }
  return {};
}

}  // namespace

// In the order in which they are needed; they are destroyed in reverse.
struct Server::Running {
  Running(Service& service, const Clock& clock, Transport transport, PeerKind kind,
          const char* thread_name, std::size_t places,
          std::optional<crypto::ClientCertificates> believed = {})
      : watch{places},
        clients{std::move(believed)},
        setup{service,
              watch,
              clock,
              transport,
              kind,
              thread_name,
              kind == PeerKind::kOperator ? kTimeForOperator : kTimeForAnswer,
              clients ? &*clients : nullptr},
        pool{thread_name, 1, static_cast<int>(places) + kSpareThreads, kIdleThreadSeconds,
             static_cast<int>(kStackBytes)} {}

  void start(const Poco::Net::ServerSocket& socket) {
    Poco::Net::TCPServerParams::Ptr params{new Poco::Net::TCPServerParams};
    params->setMaxThreads(pool.capacity());
    params->setMaxQueued(pool.capacity());
    params->setThreadIdleTime(Poco::Timespan{kIdleThreadSeconds, 0});
    tcp = std::make_unique<Poco::Net::TCPServer>(
        Poco::Net::TCPServerConnectionFactory::Ptr{new Factory{setup}}, pool, socket, params);
    tcp->setConnectionFilter(Poco::Net::TCPServerConnectionFilter::Ptr{new Gate{setup}});
    tcp->start();
  }

  // A thread that ended one connection is for a moment not yet free for the next.
  static constexpr int kSpareThreads = 8;

  ConnectionWatch watch;
  std::optional<crypto::ClientCertificates> clients;
  ConnectionSetup setup;
  Poco::ThreadPool pool;
  std::unique_ptr<Poco::Net::TCPServer> tcp;
  std::filesystem::path socket_file;  // to be removed at the end
};

Server::Server() = default;

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::listen_tls(const ListenerOptions& options, Service& service,
                                                   const Clock& clock, const char* thread_name) {
  LK_TRY(const auto context, make_tls_context(options));
  std::optional<crypto::ClientCertificates> clients;
  if (!options.client_authorities.empty()) {
    LK_TRY(clients, crypto::ClientCertificates::of(options.client_authorities));
  }
  const auto places = std::max<std::size_t>(options.max_connections, 1);
  std::unique_ptr<Server> server{new Server};
  try {
    server->m_running =
        std::make_unique<Running>(service, clock, Transport::kTls, PeerKind::kNetwork, thread_name,
                                  places, std::move(clients));
    // Without SO_REUSEPORT, which POCO would set: with it a second process could take a share of
    // the connections.
    Poco::Net::SecureServerSocket socket{context};
    socket.bind(Poco::Net::SocketAddress{options.host, options.port}, true, false);
    socket.listen(kBacklog);
    server->m_port = socket.address().port();
    server->m_running->start(socket);
  } catch (const Poco::Exception& e) {
    return fail(Errc::kUnavailable, "listen on " + options.host + ":" +
                                        std::to_string(options.port) + ": " + e.displayText());
  } catch (const std::system_error&) {
    return fail(Errc::kUnavailable, "listen: no thread");
  }
  return server;
}

Result<std::unique_ptr<Server>> Server::listen_local(const std::filesystem::path& path,
                                                     Service& service, const Clock& clock) {
  LK_TRY_VOID(remove_left_over(path));
  std::unique_ptr<Server> server{new Server};
  try {
    server->m_running = std::make_unique<Running>(
        service, clock, Transport::kPlain, PeerKind::kOperator, "lk-control", kControlPlaces);
    Poco::Net::ServerSocket socket;
    socket.bind(Poco::Net::SocketAddress{Poco::Net::SocketAddress::UNIX_LOCAL, path.string()});
    server->m_running->socket_file = path;
    // Nobody can connect before listen(), so there is no moment with a wider mode.
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
      return fail(Errc::kUnavailable, "control: cannot protect " + path.string());
    }
    socket.listen(kControlPlaces);
    server->m_running->start(socket);
  } catch (const Poco::Exception& e) {
    return fail(Errc::kUnavailable, "listen on " + path.string() + ": " + e.displayText());
  } catch (const std::system_error&) {
    return fail(Errc::kUnavailable, "listen: no thread");
  }
  return server;
}

void Server::stop() {
  if (!m_running) {
    return;
  }
  m_running->watch.stop_admitting();
  if (m_running->tcp) {
    m_running->tcp->stop();
    m_running->watch.wait_until_empty(kGrace);
    m_running->pool.joinAll();
  }
  if (!m_running->socket_file.empty()) {
    ::unlink(m_running->socket_file.c_str());
  }
  m_running.reset();
}

}  // namespace leadkeep::api::http
