#include <leadkeep/base/event_log.h>
#include <leadkeep/base/heap.h>
#include <leadkeep/mail/mailer.h>

#include <utility>

#include <pthread.h>

namespace leadkeep::mail {
namespace {

constexpr std::chrono::seconds kBetweenTries{5};

}  // namespace

Mailer::Mailer(Relay& relay) : m_relay{relay}, m_thread{[this] { run(); }} {}

Mailer::~Mailer() {
  begin_stop();
}

void Mailer::begin_stop() {
  m_relay.give_up();
  const std::size_t lost = m_queue.with([](Queue& queue) {
    queue.stopping = true;
    return std::exchange(queue.waiting, {}).size();
  });
  m_queue.notify_all();
  if (lost > 0) {
    log_warn("MAIL_NOT_SENT", Field{"reason", Reason{"the daemon stops"}}, Field{"mails", lost});
  }
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

Mailer::Rested Mailer::rest() {
  return m_queue.when_or_after(
      kBetweenTries, [](const Queue& queue) { return queue.stopping; },
      [](const Queue& queue) { return queue.stopping ? Rested::kToStop : Rested::kToTheEnd; });
}

Result<void> Mailer::try_to_send(const Message& message) {
  try {
    return m_relay.send(message);
  } catch (const std::exception&) {
    return fail(Errc::kInternal, "mailer: a try threw");
  }
}

// The first failure is worth a line, and that there will be no more tries.
void Mailer::send(const Message& message) {
  for (bool first = true; std::chrono::steady_clock::now() < message.good_until; first = false) {
    const auto sent = try_to_send(message);
    if (sent) {
      return;
    }
    if (first) {
      log_warn("MAIL_NOT_SENT", Field{"reason", Reason{sent.error()}});
    }
    if (sent.error().code != Errc::kUnavailable || rest() == Rested::kToStop) {
      return;
    }
  }
  log_warn("MAIL_NOT_SENT", Field{"reason", Reason{"it is too late for what is in it"}});
}

void Mailer::run() {
  ::pthread_setname_np(::pthread_self(), "lk-mailer");
  while (const auto message = next()) {
    send(*message);
    wipe_dead_stack();
  }
}

}  // namespace leadkeep::mail
