// The main path of an agent desktop: sign in, read the inbox, reply, and see the reply delivered.
//
//     source build/demo/env          # that scripts/quickstart has written
//     cmake -S clients/cpp -B build/clients-cpp && cmake --build build/clients-cpp
//     build/clients-cpp/main_path
#include "event_stream.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace {

using leadkeep_client::Client;
using leadkeep_client::Event;
using leadkeep_client::EventStream;
using leadkeep_client::Json;
using leadkeep_client::Problem;

constexpr const char* kReply = "Thank you, we are looking into it.";
constexpr int kPage = 2;  // so small that there is something to page through

struct MissingSetting {
  std::string name;
};

std::string setting(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) {
    throw MissingSetting{name};
  }
  return value;
}

std::string text(const Json& value) {
  return value.get<std::string>();
}

void tell(const Event& event) {
  std::cout << "  " << event.id << " " << event.kind << std::endl;
}

// Decides by what the conversation is now; somebody may have changed it a moment ago.
std::optional<Json> answered(const Json& now) {
  std::cout << "  deciding at version " << now.at("version") << std::endl;
  Json tags = now.at("tags");
  const bool tagged = std::find(tags.begin(), tags.end(), "answered") != tags.end();
  if (tagged && now.at("status") == "pending") {
    return std::nullopt;
  }
  if (!tagged) {
    tags.push_back("answered");
  }
  return Json{{"status", "pending"}, {"tags", std::move(tags)}};
}

bool is_final(const std::string& status) {
  return status == "delivered" || status == "read" || status == "failed" || status == "parked";
}

// Its status, as an agent would see it now.
std::string status_of(Client& leadkeep, const std::string& conversation, const std::string& sent) {
  for (const Json& message : leadkeep.messages(conversation, kPage)) {
    if (message.at("id") == sent) {
      return message.at("status");
    }
  }
  return "missing";
}

void walk(Client& leadkeep) {
  const Json agent = leadkeep.sign_in(setting("LEADKEEP_USER"), setting("LEADKEEP_PASSWORD"));
  std::cout << "signed in as " << text(agent.at("id")) << std::endl;

  const auto inbox = leadkeep.conversations(kPage);
  for (const Json& one : inbox) {
    std::cout << "  " << text(one.at("lead").at("handle")) << ": " << text(one.at("status")) << ", "
              << one.at("unread") << " unread" << std::endl;
  }
  std::cout << "conversations: " << inbox.size() << std::endl;
  if (inbox.empty()) {
    return;
  }
  const Json& conversation = inbox.front();
  const std::string id = conversation.at("id");

  for (const Json& message : leadkeep.messages(id, kPage)) {
    const Json& body = message.at("text");
    std::cout << "  " << text(message.at("direction")) << ": "
              << (body.is_null() ? "-" : text(body.at("body"))) << std::endl;
  }

  leadkeep.change(conversation, [&](const Json&) { return Json{{"assignee", agent.at("id")}}; });
  std::cout << "assigned to " << text(agent.at("id")) << std::endl;

  // The stream is opened first, so that no event of the reply is missed.
  std::string sent;
  std::string last;
  {
    EventStream stream{leadkeep};
    sent = leadkeep.reply(id, kReply, leadkeep_client::new_key());
    std::cout << "replied: " << sent << std::endl;
    for (Event event; event.message_id != sent;) {
      event = stream.next();
      tell(event);
    }
    last = stream.last_id();
  }

  // The inbox was read before the conversation was assigned: the first attempt is refused, and what
  // to do is decided anew.
  const Json changed = leadkeep.change(conversation, answered);
  std::cout << "changed: " << text(changed.at("status"));
  for (const Json& tag : changed.at("tags")) {
    std::cout << " " << text(tag);
  }
  std::cout << std::endl;

  // As after a lost connection: nothing that happened meanwhile is missed.
  EventStream stream{leadkeep, last};
  for (std::string status; !is_final(status);) {
    const Event event = stream.next();
    tell(event);
    if (event.kind == "reset" || event.message_id == sent) {
      status = status_of(leadkeep, id, sent);
      if (is_final(status)) {
        std::cout << "the reply is " << status << std::endl;
      }
    }
  }

  leadkeep.sign_out();
  std::cout << "signed out" << std::endl;
}

int run() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  try {
    Client leadkeep{{.address = setting("LEADKEEP_API"),
                     .ca = setting("LEADKEEP_CA"),
                     .certificate = setting("LEADKEEP_CERT"),
                     .key = setting("LEADKEEP_KEY"),
                     .on_wait = [](std::chrono::seconds wait, std::string_view code) {
                       std::cout << code << ": again in " << wait.count() << " s" << std::endl;
                     }}};
    walk(leadkeep);
    return 0;
  } catch (const MissingSetting& missing) {
    std::cerr << "set " << missing.name << "; clients/README.md says how\n";
    return 2;
  } catch (const Problem& problem) {
    std::cerr << "refused: " << problem.what() << " (X-Request-Id " << problem.request_id()
              << ")\n";
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << "\n";
  }
  return 1;
}

}  // namespace

int main() {
  return run();
}
