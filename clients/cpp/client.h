// client.h — the requests of an agent desktop; objects are the JSON of /v1/openapi.json as it is
//
// Threads  one for each object
#pragma once
#include "transfer.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep_client {

// An Idempotency-Key: make one for each thing that is to happen once, and keep it until it has.
[[nodiscard]] std::string new_key();

class Client {
 public:
  explicit Client(Settings settings);

  // Yields the agent. What was refused is a Problem here and below.
  Json sign_in(const std::string& username, const std::string& password);
  void sign_out();

  // All of the inbox, page by page, newest activity first.
  [[nodiscard]] std::vector<Json> conversations(int page_size);
  [[nodiscard]] Json conversation(const std::string& id);
  // Newest first. To read the newest page marks the conversation as read.
  [[nodiscard]] std::vector<Json> messages(const std::string& conversation, int page_size);

  // Yields the id of the message, which is durable and on its way. The key makes a repetition
  // harmless.
  std::string reply(const std::string& conversation, const std::string& text,
                    const std::string& key);

  // Nothing to change, or the members that change, for the conversation as it is now.
  using Decide = std::function<std::optional<Json>(const Json& now)>;
  // Changes it as `decide` says, who is asked again when somebody else was first.
  Json change(Json conversation, const Decide& decide);

  // Any request. It is repeated where that cannot do a thing twice.
  Answer request(const std::string& method, const std::string& path, Headers headers = {},
                 const std::optional<Json>& body = std::nullopt);

  [[nodiscard]] const Settings& settings() const noexcept { return m_settings; }

  [[nodiscard]] Headers authorization() const;

 private:
  std::vector<Json> every(const std::string& path, int page_size);

  Settings m_settings;
  Transfer m_transfer;
  std::string m_token;
};

}  // namespace leadkeep_client
