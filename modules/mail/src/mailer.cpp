#include <leadkeep/base/event_log.h>
#include <leadkeep/base/heap.h>
#include <leadkeep/mail/mailer.h>

#include <pthread.h>

namespace leadkeep::mail {

Mailer::Mailer(Relay& relay) : m_relay{relay}, m_thread{[this] { run(); }} {}

Mailer::~Mailer() {
  m_relay.give_up();
  m_queue.with([](Queue& queue) { queue.stopping = true; });
  m_queue.notify_all();
}

void Mailer::post(Message message) {
  const bool taken = m_queue.with([&](Queue& queue) {
    if (queue.waiting.size() >= kMostWaiting) {
      return false;
    }
    queue.waiting.push_back(std::move(message));
    return true;
  });
  m_queue.notify_all();
  if (!taken) {
    log_warn("MAIL_NOT_SENT", Field{"reason", Reason{"too many messages wait for mail.relay"}});
  }
}

std::optional<Message> Mailer::next() {
  return m_queue.when([](const Queue& queue) { return queue.stopping || !queue.waiting.empty(); },
                      [](Queue& queue) -> std::optional<Message> {
                        if (queue.stopping) {
                          return std::nullopt;
                        }
                        Message first = std::move(queue.waiting.front());
                        queue.waiting.pop_front();
                        return first;
                      });
}

void Mailer::run() {
  ::pthread_setname_np(::pthread_self(), "lk-mailer");
  while (const auto message = next()) {
    if (const auto sent = m_relay.send(*message); !sent) {
      log_warn("MAIL_NOT_SENT", Field{"reason", Reason{sent.error()}});
    }
    wipe_dead_stack();
  }
}

}  // namespace leadkeep::mail
