// http/response.h — an answer, and the bytes that carry it
//
// Every answer forbids caching, sniffing and framing, names no server and no version, and carries a
// random X-Request-Id, which is in the log if the answer was a 500.
// Source   RFC 9110; RFC 6797 (Strict-Transport-Security); W3C Content Security Policy
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadkeep::api::http {

struct RequestKind {
  static constexpr std::string_view kPrefix = "req_";
};

using RequestId = Id<RequestKind>;

class DetachedConnection;  // connection.h

struct Response {
  Response(int response_status, std::string response_body)
      : status{response_status}, body{std::move(response_body)} {}

  int status;
  std::string_view content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string_view, std::string>> fields;  // names are literals
  std::string_view security_policy = "default-src 'none'; frame-ancestors 'none'";
  const std::string* zipped = nullptr;  // the body in gzip, where it is the same each time
  // If set, the body has no announced length and the connection goes to this function after it.
  std::function<void(DetachedConnection)> continue_with;
};

enum class Transport : std::uint8_t { kPlain, kTls };
enum class Afterwards : std::uint8_t { kKeepAlive, kClose };
// Behind an answer to HEAD nobody reads a body; it would be taken for the next answer.
enum class Content : std::uint8_t { kSent, kLeftOut };

struct Envelope {
  Transport transport;
  Afterwards afterwards;
  Content content;
  RequestId id;
  Timestamp now;
};

// IMF-fixdate of RFC 9110 section 5.6.7.
[[nodiscard]] std::string http_date(Timestamp time);

// 303, with GET whatever was asked.
[[nodiscard]] Response moved_to(std::string address);

[[nodiscard]] std::string_view reason_phrase(int status) noexcept;
[[nodiscard]] std::string to_bytes(const Response& response, const Envelope& envelope);

}  // namespace leadkeep::api::http
