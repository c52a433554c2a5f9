// event_stream.h — what changes, as server-sent events
//
// Yields   events with ids only: read what you may see of them. `reset` says that events were
//          missed: read the inbox again.
// Resumes  after the last event it gave, when the connection was lost
// Threads  one
#pragma once
#include "client.h"

#include <deque>
#include <memory>
#include <string>

namespace leadkeep_client {

struct Event {
  std::string id;
  std::string kind;
  std::string conversation_id;  // empty: of none
  std::string message_id;       // empty: of none
};

struct MultiDeleter {
  void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
};

class EventStream {
 public:
  // From now on, or after the event of this id. It is open when this returns.
  explicit EventStream(const Client& client, std::string after = {});
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream();

  // Waits for one. A Problem when the session is over.
  [[nodiscard]] Event next();

  // For whoever goes on later.
  [[nodiscard]] const std::string& last_id() const noexcept { return m_last_id; }

 private:
  enum class State { kRunning, kEnded };

  void open();
  State work();  // waits for more to come, for a second at most
  void take_events();

  const Client& m_client;
  std::unique_ptr<CURLM, MultiDeleter> m_multi;
  std::unique_ptr<Transfer> m_transfer;
  std::deque<Event> m_ready;
  std::string m_last_id;
};

}  // namespace leadkeep_client
