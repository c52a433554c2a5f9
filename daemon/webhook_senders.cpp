#include "webhook_senders.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/heap.h>

#include <pthread.h>

namespace leadkeep::daemon {
namespace {

constexpr std::chrono::milliseconds kRestAfterFault{2'000};

Result<std::chrono::milliseconds> step(flow::DeliverWebhooks& path) {
  try {
    return path.step();
  } catch (const std::exception&) {
    return fail(Errc::kInternal, "webhooks: a step threw");
  }
}

}  // namespace

WebhookSenders::WebhookSenders(flow::DeliverWebhooks& path, inbox::EventFeed& feed)
    : m_path{path}, m_feed{feed} {
  for (std::size_t i = 0; i < kThreads; ++i) {
    m_threads.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
}

WebhookSenders::~WebhookSenders() {
  begin_stop();
}

void WebhookSenders::begin_stop() {
  m_path.begin_stop();
  for (std::jthread& thread : m_threads) {
    thread.request_stop();
  }
  m_feed.end_waits();
}

void WebhookSenders::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "lk-hooks");
  while (!stop.stop_requested()) {
    const std::uint64_t newest = m_feed.newest();
    const auto next = step(m_path);
    if (!next) {
      log_warn("CLIENT_WEBHOOK_FAULT", Field{"reason", Reason{next.error()}});
    }
    const auto wait = next ? next.value() : kRestAfterFault;
    if (wait.count() > 0) {
      wipe_dead_stack();
      m_feed.wait_for_newer(newest, wait);
    }
  }
}

}  // namespace leadkeep::daemon
