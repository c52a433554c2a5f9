#include "event_stream.h"

#include <new>
#include <thread>
#include <utility>

namespace leadkeep_client {
namespace {

constexpr int kAttempts = 6;
constexpr long kOk = 200;

std::string text_of(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

// The lines of one event; nothing for a comment.
std::optional<Event> parse(std::string_view block) {
  Event event;
  std::string kind = "message";
  std::optional<Json> data;
  while (!block.empty()) {
    const auto end = std::min(block.find('\n'), block.size());
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(end + 1, block.size()));
    const auto colon = std::min(line.find(": "), line.size());
    const auto name = line.substr(0, colon);
    const auto value = line.substr(std::min(colon + 2, line.size()));
    if (name == "id") {
      event.id = value;
    } else if (name == "event") {
      kind = value;
    } else if (name == "data") {
      data = Json::parse(value);
    }
  }
  if (!data) {
    return std::nullopt;
  }
  event.kind = data->value("kind", kind);
  event.conversation_id = text_of(*data, "conversation_id");
  event.message_id = text_of(*data, "message_id");
  return event;
}

}  // namespace

EventStream::EventStream(const Client& client, std::string after)
    : m_client{client}, m_multi{curl_multi_init()}, m_last_id{std::move(after)} {
  if (!m_multi) {
    throw std::bad_alloc{};
  }
  open();
}

EventStream::~EventStream() {
  if (m_transfer) {
    curl_multi_remove_handle(m_multi.get(), m_transfer->handle());
  }
}

Event EventStream::next() {
  while (m_ready.empty()) {
    const State state = work();
    take_events();
    if (state == State::kEnded && m_ready.empty()) {
      open();
    }
  }
  Event event = std::move(m_ready.front());
  m_ready.pop_front();
  m_last_id = event.id;
  return event;
}

void EventStream::open() {
  for (int attempt = 1;; ++attempt) {
    if (m_transfer) {
      curl_multi_remove_handle(m_multi.get(), m_transfer->handle());
    }
    m_transfer = std::make_unique<Transfer>(m_client.settings());
    Headers headers = m_client.authorization();
    if (!m_last_id.empty()) {
      headers["Last-Event-ID"] = m_last_id;
    }
    m_transfer->prepare("GET", "/v1/events", headers, std::nullopt);
    curl_multi_add_handle(m_multi.get(), m_transfer->handle());
    Answer& answer = m_transfer->answer();
    State state = State::kRunning;
    // The answer begins with a comment; a refusal is read to its end.
    while (state == State::kRunning && (answer.status != kOk || answer.body.empty())) {
      state = work();
    }
    if (answer.status == kOk) {
      return;
    }
    if (answer.status != 0) {
      wait_or_throw(m_client.settings(), answer, attempt < kAttempts);
    } else if (attempt == kAttempts) {
      throw std::runtime_error{"no stream of events: the server does not answer"};
    } else {
      std::this_thread::sleep_for(std::chrono::seconds{1 << (attempt - 1)});
    }
  }
}

EventStream::State EventStream::work() {
  int running = 0;
  if (curl_multi_perform(m_multi.get(), &running) != CURLM_OK) {
    throw std::runtime_error{"no stream of events"};
  }
  curl_easy_getinfo(m_transfer->handle(), CURLINFO_RESPONSE_CODE, &m_transfer->answer().status);
  if (running == 0) {
    return State::kEnded;
  }
  const std::string& body = m_transfer->answer().body;
  if (body.find("\n\n") == std::string::npos) {
    curl_multi_poll(m_multi.get(), nullptr, 0, 1000, nullptr);
  }
  return State::kRunning;
}

void EventStream::take_events() {
  std::string& body = m_transfer->answer().body;
  std::size_t begin = 0;
  for (auto end = body.find("\n\n"); end != std::string::npos; end = body.find("\n\n", begin)) {
    if (auto event = parse(std::string_view{body}.substr(begin, end - begin))) {
      m_ready.push_back(std::move(*event));
    }
    begin = end + 2;
  }
  body.erase(0, begin);
}

}  // namespace leadkeep_client
