// A certificate made by openssl(1), and a client that writes the bytes it is told to.
#pragma once
#include "temp_directory.h"

#include <leadkeep/api/servers.h>
#include <leadkeep/base/text.h>
#include <leadkeep/crypto/certificate_request.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>
#include <sys/wait.h>

namespace leadkeep::test {

class TestCertificate {
 public:
  TestCertificate() {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=localhost -keyout " +
        key().string() + " -out " + certificate().string() + " 2>/dev/null && chmod 600 " +
        key().string();
    if (std::system(command.c_str()) != 0) {
      throw std::runtime_error{"openssl(1) makes no certificate"};
    }
  }

  [[nodiscard]] std::filesystem::path key() const { return m_directory / "tls.key"; }

  [[nodiscard]] std::filesystem::path certificate() const { return m_directory / "tls.pem"; }

  [[nodiscard]] api::ListenerOptions options() const {
    api::ListenerOptions options;
    options.host = "127.0.0.1";
    options.certificate = certificate();
    options.key = key();
    options.max_connections = 8;
    return options;
  }

 private:
  TempDirectory m_directory;
};

// A client's key and, once it has one, its certificate.
class TestCredentials {
 public:
  [[nodiscard]] std::string request() const { return *crypto::certificate_request_for(m_key); }

  [[nodiscard]] bool is_there() const { return !m_context.isNull(); }

  // PEM.
  void take(const std::string& certificate) {
    TempDirectory files;
    const auto key_file = files / "client.key";
    const auto certificate_file = files / "client.pem";
    std::ofstream{key_file} << as_text(m_key.expose());
    std::ofstream{certificate_file} << certificate;
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    params.privateKeyFile = key_file.string();
    params.certificateFile = certificate_file.string();
    m_context = new Poco::Net::Context{Poco::Net::Context::TLS_CLIENT_USE, params};
    m_certificate = certificate;
  }

  [[nodiscard]] const Poco::Net::Context::Ptr& context() const { return m_context; }

  [[nodiscard]] const std::string& certificate() const { return m_certificate; }  // PEM

 private:
  SecretBytes m_key = crypto::new_private_key();
  Poco::Net::Context::Ptr m_context;
  std::string m_certificate;
};

struct TestResponse {
  int status = 0;
  std::map<std::string, std::string> fields;  // names in lower case; one that repeats: as lines
  std::string body;

  [[nodiscard]] std::string field(const std::string& name) const {
    const auto it = fields.find(name);
    return it == fields.end() ? "" : it->second;
  }
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : m_socket{connect(port, without_certificate())} {}

  TestClient(std::uint16_t port, const Poco::Net::Context::Ptr& context)
      : m_socket{connect(port, context)} {}

  explicit TestClient(const std::filesystem::path& socket)
      : m_socket{Poco::Net::StreamSocket{
            Poco::Net::SocketAddress{Poco::Net::SocketAddress::UNIX_LOCAL, socket.string()}}} {}

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const int count = m_socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  // One response with Content-Length or status 204. Status 0 if the connection ends before it.
  [[nodiscard]] TestResponse receive() {
    TestResponse response = receive_head();
    if (response.fields.contains("content-length")) {
      const auto length = parse_unsigned(response.field("content-length")).value();
      while (m_buffer.size() < length && fill()) {
      }
      response.body = m_buffer.substr(0, length);
      m_buffer.erase(0, length);
    }
    return response;
  }

  [[nodiscard]] TestResponse receive_head() {
    TestResponse response;
    std::size_t end;
    while ((end = m_buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) {
        return response;
      }
    }
    const auto head = m_buffer.substr(0, end + 2);
    m_buffer.erase(0, end + 4);
    response.status = std::atoi(head.c_str() + 9);
    for (auto at = head.find("\r\n") + 2; at < head.size();) {
      const auto line_end = head.find("\r\n", at);
      const auto colon = head.find(": ", at);
      std::string& field = response.fields[to_lower_ascii(head.substr(at, colon - at))];
      field.append(field.empty() ? "" : "\n").append(head.substr(colon + 2, line_end - colon - 2));
      at = line_end + 2;
    }
    return response;
  }

  // Reads until `text` has come; false if the connection ends before.
  [[nodiscard]] bool receive_until(std::string_view text) {
    while (m_buffer.find(text) == std::string::npos) {
      if (!fill()) {
        return false;
      }
    }
    m_received = m_buffer.substr(0, m_buffer.find(text) + text.size());
    m_buffer.erase(0, m_received.size());
    return true;
  }

  void receive_until_end() {
    while (fill()) {
    }
    m_received = std::exchange(m_buffer, {});
  }

  [[nodiscard]] const std::string& received() const noexcept { return m_received; }

  [[nodiscard]] bool is_at_end() { return m_buffer.empty() && !fill(); }

  [[nodiscard]] TestResponse ask(std::string_view request) {
    send(request);
    return receive();
  }

  [[nodiscard]] TestResponse ask(std::string_view verb, std::string_view target,
                                 std::string_view fields = {}, std::string_view body = {}) {
    std::string request;
    request.append(verb).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
    request.append(fields);
    if (!body.empty()) {
      request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
      if (fields.find("Content-Type") == std::string_view::npos) {
        request.append("Content-Type: application/json\r\n");
      }
    }
    request.append("\r\n").append(body);
    return ask(request);
  }

 private:
  static const Poco::Net::Context::Ptr& without_certificate() {
    static const Poco::Net::Context::Ptr context = [] {
      Poco::Net::Context::Params params;
      params.verificationMode = Poco::Net::Context::VERIFY_NONE;
      return Poco::Net::Context::Ptr{
          new Poco::Net::Context{Poco::Net::Context::TLS_CLIENT_USE, params}};
    }();
    return context;
  }

  static Poco::Net::StreamSocket connect(std::uint16_t port,
                                         const Poco::Net::Context::Ptr& context) {
    Poco::Net::SecureStreamSocket socket{Poco::Net::SocketAddress{"127.0.0.1", port}, context};
    socket.setReceiveTimeout(Poco::Timespan{20, 0});
    return socket;
  }

  bool fill() {
    char bytes[4096];
    try {
      const int count = m_socket.receiveBytes(bytes, sizeof(bytes));
      m_buffer.append(bytes, static_cast<std::size_t>(count > 0 ? count : 0));
      return count > 0;
    } catch (const Poco::TimeoutException&) {
      throw;
    } catch (const Poco::Exception&) {
      return false;  // reset
    }
  }

  Poco::Net::StreamSocket m_socket;
  std::string m_buffer;
  std::string m_received;
};

}  // namespace leadkeep::test
