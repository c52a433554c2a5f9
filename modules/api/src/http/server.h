// http/server.h — a listening socket, its threads and its stop
//
// Threads  start() and stop() from one thread; the service is called by many
// Stop     the acceptor first, so that nothing new begins; then idle connections; then it waits for
//          running requests, 10 seconds at most. In another order a connection could be accepted
//          after the last thread that would serve it.
#pragma once
#include "http/connection.h"

#include <leadkeep/api/servers.h>

#include <filesystem>
#include <memory>

namespace leadkeep::api::http {

class Server {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Server>> listen_tls(const ListenerOptions& options,
                                                                  Service& service,
                                                                  const Clock& clock,
                                                                  const char* thread_name);
  // Admits root and the user of this process.
  [[nodiscard]] static Result<std::unique_ptr<Server>> listen_local(
      const std::filesystem::path& socket, Service& service, const Clock& clock);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  [[nodiscard]] std::uint16_t port() const noexcept { return m_port; }

  void stop();

 private:
  struct Running;
  Server();

  std::unique_ptr<Running> m_running;
  std::uint16_t m_port = 0;
};

}  // namespace leadkeep::api::http
