// transfer.h — one HTTPS request by libcurl, with the certificate of an approved client
//
// Takes    files in PEM: the authority of the server, our certificate, our key
// Yields   what came back, or a Problem (RFC 9457); decide by its code, the text may change
// Refuses  std::runtime_error without a connection
// Threads  one for each object
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <curl/curl.h>
#include <nlohmann/json.hpp>

namespace leadkeep_client {

using Json = nlohmann::json;
using Headers = std::map<std::string, std::string>;

struct Settings {
  std::string address;  // https://HOST:PORT
  std::string ca;
  std::string certificate;
  std::string key;
  // Told before a request is repeated: in how many seconds, and what was said.
  std::function<void(std::chrono::seconds, std::string_view code)> on_wait;
};

struct Answer {
  long status = 0;
  Headers headers;  // names in lower case
  std::string body;

  [[nodiscard]] Json json() const { return Json::parse(body); }

  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const;
};

class Problem : public std::runtime_error {
 public:
  explicit Problem(const Answer& answer);

  [[nodiscard]] long status() const noexcept { return m_status; }

  [[nodiscard]] const std::string& code() const noexcept { return m_code; }

  // By which the operator finds it.
  [[nodiscard]] const std::string& request_id() const noexcept { return m_request_id; }

 private:
  Problem(const Answer& answer, const Json& said);

  long m_status;
  std::string m_code;
  std::string m_request_id;
};

// Waits as Retry-After says and returns, or throws the Problem where that is not for us to decide.
void wait_or_throw(const Settings& settings, const Answer& answer, bool may_repeat);

struct EasyDeleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};

struct ListDeleter {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

// A handle of libcurl that keeps its connection from one request to the next.
class Transfer {
 public:
  explicit Transfer(const Settings& settings);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() = default;

  // The next request; its answer is in answer() once it was performed.
  void prepare(const std::string& method, const std::string& path, const Headers& headers,
               const std::optional<std::string>& body);
  void perform();

  [[nodiscard]] Answer& answer() noexcept { return m_answer; }

  [[nodiscard]] CURL* handle() const noexcept { return m_handle.get(); }

 private:
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);

  std::string m_address;
  std::unique_ptr<CURL, EasyDeleter> m_handle;
  std::unique_ptr<curl_slist, ListDeleter> m_headers;
  std::string m_body;
  Answer m_answer;
};

}  // namespace leadkeep_client
