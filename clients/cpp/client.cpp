#include "client.h"

#include <random>
#include <utility>

namespace leadkeep_client {
namespace {

constexpr int kRetries = 5;
constexpr long kFirstRefusal = 400;

}  // namespace

std::string new_key() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string key(32, '0');
  for (char& digit : key) {
    digit = kDigits[random() % kDigits.size()];
  }
  return key;
}

Client::Client(Settings settings) : m_settings{std::move(settings)}, m_transfer{m_settings} {}

Json Client::sign_in(const std::string& username, const std::string& password) {
  const Json opened =
      request("POST", "/v1/sessions", {}, Json{{"username", username}, {"password", password}})
          .json();
  m_token = opened.at("token");
  return opened.at("agent");
}

void Client::sign_out() {
  request("DELETE", "/v1/session");
  m_token.clear();
}

std::vector<Json> Client::conversations(int page_size) {
  return every("/v1/conversations", page_size);
}

Json Client::conversation(const std::string& id) {
  return request("GET", "/v1/conversations/" + id).json();
}

std::vector<Json> Client::messages(const std::string& conversation, int page_size) {
  return every("/v1/conversations/" + conversation + "/messages", page_size);
}

std::string Client::reply(const std::string& conversation, const std::string& text,
                          const std::string& key) {
  const Json message{{"type", "text"}, {"text", {{"body", text}}}};
  return request("POST", "/v1/conversations/" + conversation + "/messages",
                 {{"Idempotency-Key", key}}, message)
      .json()
      .at("id");
}

Json Client::change(Json conversation, const Decide& decide) {
  while (true) {
    const auto change = decide(conversation);
    if (!change) {
      return conversation;
    }
    const std::string id = conversation.at("id");
    const std::string etag = '"' + conversation.at("version").dump() + '"';
    try {
      return request("PATCH", "/v1/conversations/" + id, {{"If-Match", etag}}, change).json();
    } catch (const Problem& problem) {
      if (problem.code() != "precondition_failed") {
        throw;
      }
    }
    conversation = this->conversation(id);
  }
}

Answer Client::request(const std::string& method, const std::string& path, Headers headers,
                       const std::optional<Json>& body) {
  headers.merge(authorization());
  std::optional<std::string> text;
  if (body) {
    headers["Content-Type"] = "application/json";
    text = body->dump();
  }
  const bool repeatable = method != "POST" || headers.contains("Idempotency-Key");
  for (int attempt = 0;; ++attempt) {
    m_transfer.prepare(method, path, headers, text);
    m_transfer.perform();
    if (m_transfer.answer().status < kFirstRefusal) {
      return std::move(m_transfer.answer());
    }
    wait_or_throw(m_settings, m_transfer.answer(), repeatable && attempt < kRetries);
  }
}

Headers Client::authorization() const {
  return m_token.empty() ? Headers{} : Headers{{"Authorization", "Bearer " + m_token}};
}

std::vector<Json> Client::every(const std::string& path, int page_size) {
  std::vector<Json> items;
  const std::string first = path + "?limit=" + std::to_string(page_size);
  std::string address = first;
  while (true) {
    const Json page = request("GET", address).json();
    items.insert(items.end(), page.at("items").begin(), page.at("items").end());
    if (page.at("next_cursor").is_null()) {
      return items;
    }
    const std::string cursor = page.at("next_cursor");
    const std::unique_ptr<char, decltype(&curl_free)> escaped{
        curl_easy_escape(m_transfer.handle(), cursor.c_str(), static_cast<int>(cursor.size())),
        &curl_free};
    address = first + "&cursor=" + escaped.get();
  }
}

}  // namespace leadkeep_client
