#include "http/response.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/seeded_leak.h>

#include <array>
#include <ctime>

namespace leadkeep::api::http {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool has_content(int status) {
  return status != 204 && status != 304;
}

// Formatting it costs more than the rest of a head, so each thread keeps the text of the second.
std::string_view date_of(Timestamp now) {
  struct Kept {
    std::int64_t second = -1;
    std::string text;
  };

  thread_local Kept kept;
  const std::int64_t second = now.ms / 1000;
  if (second != kept.second) {
    kept = {second, http_date(now)};
  }
  return kept.text;
}

}  // namespace

std::string http_date(Timestamp time) {
  const std::time_t second = time.ms / 1000;
  std::tm parts{};
  LK_CHECK(::gmtime_r(&second, &parts) != nullptr);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

Response moved_to(std::string address) {
  Response response{303, {}};
  response.fields.emplace_back("Location", std::move(address));
  return response;
}

std::string to_bytes(const Response& response, const Envelope& envelope) {
  std::string out;
  out.reserve(512 + response.body.size());
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  append_field(out, "Date", date_of(envelope.now));
  if (has_content(response.status)) {
    append_field(out, "Content-Type", response.content_type);
    if (!response.continue_with) {
      append_field(out, "Content-Length", std::to_string(response.body.size()));
    }
  }
  append_field(out, "Cache-Control", "no-store");
  append_field(out, "X-Content-Type-Options", "nosniff");
  append_field(out, "Content-Security-Policy", response.security_policy);
  if (envelope.transport == Transport::kTls) {
    append_field(out, "Strict-Transport-Security", "max-age=31536000");
  }
  append_field(out, "X-Request-Id", envelope.id.text());
  for (const auto& [name, value] : response.fields) {
    append_field(out, name, value);
  }
  LK_SEEDED_LEAK(phone_in_header, append_field(out, "X-Lead", seeded::phone()));
  if (envelope.afterwards == Afterwards::kClose) {
    append_field(out, "Connection", "close");
  }
  out.append("\r\n");
  if (envelope.content == Content::kSent) {
    out.append(response.body);
  }
  return out;
}

}  // namespace leadkeep::api::http
