// lk-hooks: the threads that hand events over to programs, a program at a time each.
#pragma once
#include <leadkeep/flow/deliver_webhooks.h>
#include <leadkeep/inbox/event_feed.h>

#include <stop_token>
#include <thread>
#include <vector>

namespace leadkeep::daemon {

class WebhookSenders {
 public:
  // One fewer programs may be slow, or give no answer, without holding up anybody else.
  static constexpr std::size_t kThreads = 8;

  WebhookSenders(flow::DeliverWebhooks& path, inbox::EventFeed& feed);
  // Whoever posts is to be told before that there will be no answer.
  ~WebhookSenders();
  void begin_stop();

 private:
  void run(const std::stop_token& stop);

  flow::DeliverWebhooks& m_path;
  inbox::EventFeed& m_feed;
  std::vector<std::jthread> m_threads;
};

}  // namespace leadkeep::daemon
