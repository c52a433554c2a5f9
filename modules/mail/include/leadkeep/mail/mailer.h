// leadkeep/mail/mailer.h — messages that are sent while nobody waits for them
//
// Who posts a message does not learn what comes of it, so that nobody who asked for it learns from
// the time an answer takes whether there was one. MAIL_NOT_SENT says why one did not go out. What
// waits is lost with the process: these are messages to be asked for again.
// Threads  any; the mailer has one of its own
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/mail/relay.h>

#include <deque>
#include <memory>
#include <thread>

namespace leadkeep::mail {

class Mailer {
 public:
  static constexpr std::size_t kMostWaiting = 100;

  explicit Mailer(Relay& relay);
  ~Mailer();

  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  // Where too many wait already it is dropped, and MAIL_NOT_SENT says so.
  void post(Message message);

 private:
  struct Queue {
    std::deque<Message> waiting;
    bool stopping = false;
  };

  // Nothing when it is time to stop.
  [[nodiscard]] std::optional<Message> next();
  void run();

  Relay& m_relay;
  Guarded<Queue> m_queue;
  std::jthread m_thread;
};

}  // namespace leadkeep::mail
