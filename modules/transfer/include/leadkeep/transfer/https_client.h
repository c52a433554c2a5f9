// leadkeep/transfer/https_client.h — one request over HTTPS, and its answer
//
//   https URL ─ Dialer ─ TLS, certificate and name checked ─ request ─ answer, bounded
//
// Takes    https://host or https://host:port with a path, of up to 2,000 characters; something to post,
//          or nothing
// Yields   status and body, whatever they are; a redirect is an answer and is not followed
// Errors   kInvalidInput  the URL has another form
//          kForbidden     the Dialer may not go there, or the certificate is not trusted
//          kUnavailable   no connection or no answer in time
//          kTooLarge      the answer is over the bound
//          Details hold the host at most: they may be logged.
// Units    milliseconds, bytes
// Threads  any
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/egress/dialer.h>
#include <leadkeep/transfer/dialed.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::transfer {

struct HttpsOptions {
  egress::Purpose purpose;
  std::filesystem::path ca_file;           // empty: the system's trust store
  std::optional<SecretBytes> certificate;  // PEM with its key: who asks is known by it
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds timeout{5'000};  // of all that comes after
  std::size_t max_answer = std::size_t{512} * 1024;
  enum class Body : std::uint8_t {
    kKept,
    kDropped
  } body = Body::kKept;  // dropped, whatever its size
  std::string accept = "application/json";
};

struct HttpsPost {
  std::string_view body;  // lives as long as the request
  std::string content_type = "application/x-www-form-urlencoded";
  std::vector<std::string> fields = {};  // "Name: value"
};

struct HttpsAnswer {
  long status = 0;
  std::string body;
};

class HttpsClient {
 public:
  // The host and port of a URL as above.
  [[nodiscard]] static Result<egress::Destination> destination_of(std::string_view url);

  HttpsClient(HttpsOptions options, const egress::Dialer& dialer)
      : m_options{std::move(options)}, m_dialer{dialer} {}

  [[nodiscard]] Result<HttpsAnswer> get(const std::string& url);
  [[nodiscard]] Result<HttpsAnswer> post(const std::string& url, const HttpsPost& what);

  void give_up() noexcept { m_lines.give_up(); }

 private:
  [[nodiscard]] Result<HttpsAnswer> request(const std::string& url, const HttpsPost* what);

  HttpsOptions m_options;
  const egress::Dialer& m_dialer;
  Lines m_lines;
};

}  // namespace leadkeep::transfer
