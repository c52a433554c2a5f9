// leaktest/wire.h — sends bytes that need not be HTTP, and yields every byte of the answer
//
// Takes    the address of one of the instance's doors
// Yields   the answer as it came, head and body apart
// Refuses  kUnavailable  the door cannot be reached, or presents a certificate other than the one
//          that the configuration names
// Bounds   10 s for an answer, 0.05 s of silence after one without an announced length
// Threads  one
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/config/settings.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::leaktest {

struct RawAnswer {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;

  // The value of a field of the head, whose name is given in small letters.
  [[nodiscard]] std::string field(std::string_view name) const;
};

// What a client shows: its key and its certificate, both PEM.
struct Credentials {
  std::shared_ptr<const SecretBytes> key;
  std::string certificate;
};

class Door {
 public:
  [[nodiscard]] static Door tls(const config::Endpoint& endpoint, std::filesystem::path certificate,
                                Credentials credentials = {});
  [[nodiscard]] static Door local(const std::filesystem::path& socket);

  Door(Door&&) noexcept;
  Door& operator=(Door&&) noexcept;
  ~Door();

  // Over the connection of the request before, if that is still open.
  [[nodiscard]] Result<RawAnswer> exchange(std::string_view request);
  // The process at the other end of a local door.
  [[nodiscard]] Result<int> peer_process();
  // Sends, and then keeps the connection for more_of().
  [[nodiscard]] Result<RawAnswer> open_stream(std::string_view request);
  // What has come since, waiting at most so long for each piece.
  [[nodiscard]] std::string more_of_stream(std::chrono::milliseconds wait);
  void close() noexcept;

 private:
  struct Connection;
  struct Address;
  explicit Door(std::unique_ptr<Address> address) noexcept;
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] Result<RawAnswer> try_exchange(std::string_view request);

  std::unique_ptr<Address> m_address;
  std::unique_ptr<Connection> m_connection;
};

}  // namespace leadkeep::leaktest
