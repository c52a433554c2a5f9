#include "transfer.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <new>
#include <thread>

namespace leadkeep_client {
namespace {

constexpr std::chrono::seconds kLongestWait{60};  // a longer one is for the caller to decide
constexpr long kTooManyRequests = 429;
constexpr long kUnavailable = 503;

Json problem_in(const Answer& answer) {
  Json said = Json::parse(answer.body, nullptr, false);
  return said.is_object() ? said : Json::object();
}

std::string header_of(const Answer& answer, const std::string& name) {
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? std::string{} : found->second;
}

}  // namespace

std::optional<std::chrono::seconds> Answer::retry_after() const {
  const std::string text = header_of(*this, "retry-after");
  long seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return std::chrono::seconds{seconds};
}

Problem::Problem(const Answer& answer) : Problem{answer, problem_in(answer)} {}

Problem::Problem(const Answer& answer, const Json& said)
    : std::runtime_error{std::to_string(answer.status) + " " + said.value("code", "unknown") +
                         ": " + said.value("detail", "")},
      m_status{answer.status},
      m_code{said.value("code", "unknown")},
      m_request_id{header_of(answer, "x-request-id")} {}

void wait_or_throw(const Settings& settings, const Answer& answer, bool may_repeat) {
  const auto wait = answer.retry_after();
  const bool later = answer.status == kTooManyRequests || answer.status == kUnavailable;
  if (!may_repeat || !later || !wait || *wait > kLongestWait) {
    throw Problem{answer};
  }
  if (settings.on_wait) {
    settings.on_wait(*wait, Problem{answer}.code());
  }
  std::this_thread::sleep_for(*wait);
}

Transfer::Transfer(const Settings& settings)
    : m_address{settings.address}, m_handle{curl_easy_init()} {
  if (!m_handle) {
    throw std::bad_alloc{};
  }
  CURL* const curl = handle();
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_CAINFO, settings.ca.c_str());
  curl_easy_setopt(curl, CURLOPT_SSLCERT, settings.certificate.c_str());
  curl_easy_setopt(curl, CURLOPT_SSLKEY, settings.key.c_str());
  // Nothing for 40 seconds is a lost connection: the stream of events has a comment every 15.
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 40L);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Transfer::take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
}

void Transfer::prepare(const std::string& method, const std::string& path, const Headers& headers,
                       const std::optional<std::string>& body) {
  m_answer = {};
  m_headers.reset();
  for (const auto& [name, value] : headers) {
    std::string line = name;
    line.append(": ").append(value);
    curl_slist* const list = m_headers.release();
    curl_slist* const longer = curl_slist_append(list, line.c_str());
    m_headers.reset(longer != nullptr ? longer : list);
    if (longer == nullptr) {
      throw std::bad_alloc{};
    }
  }
  CURL* const curl = handle();
  curl_easy_setopt(curl, CURLOPT_URL, (m_address + path).c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  m_body = body.value_or("");
  if (body) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(m_body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, m_body.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, m_headers.get());
}

void Transfer::perform() {
  const CURLcode code = curl_easy_perform(handle());
  if (code != CURLE_OK) {
    throw std::runtime_error{std::string{"no answer: "} + curl_easy_strerror(code)};
  }
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &m_answer.status);
}

// No exception may pass through libcurl; less than it has brought ends the transfer.
std::size_t Transfer::take_header(char* data, std::size_t size, std::size_t count, void* self) {
  try {
    const std::string_view line{data, size * count};
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
      std::string name{line.substr(0, colon)};
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      const auto begin = line.find_first_not_of(' ', colon + 1);
      const auto end = line.find_last_not_of("\r\n");
      if (begin != std::string_view::npos && begin <= end) {
        static_cast<Transfer*>(self)->m_answer.headers[name] = line.substr(begin, end + 1 - begin);
      }
    }
    return size * count;
  } catch (const std::exception&) {
    return 0;
  }
}

std::size_t Transfer::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  try {
    static_cast<Transfer*>(self)->m_answer.body.append(data, size * count);
    return size * count;
  } catch (const std::exception&) {
    return 0;
  }
}

}  // namespace leadkeep_client
