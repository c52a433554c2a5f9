// leadkeep/mail/mailer.h — messages that are sent while nobody waits for them
//
// Who posts a message does not learn what comes of it, so that nobody who asked for it learns from
// the time an answer takes whether there was one. MAIL_NOT_SENT says why one did not go out. What the
// relay may take later is tried again until the message is of no use any more. What waits is lost
// with the process: these are messages to be asked for again.
// Threads  any; the mailer has one of its own
#pragma once
#include <leadkeep/base/guarded.h>
#include <leadkeep/mail/relay.h>

#include <deque>
#include <optional>
#include <thread>

namespace leadkeep::mail {

class Mailer {
 public:
  static constexpr std::size_t kMostWaiting = 100;

  explicit Mailer(Relay& relay);
  ~Mailer();

  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  // Ends what it does, and sends no more.
  void begin_stop();

  // Where too many wait already it is dropped, and MAIL_NOT_SENT says so.
  void post(Message message);

 private:
  struct Queue {
    std::deque<Message> waiting;
    bool stopping = false;
  };

  enum class Rested { kToTheEnd, kToStop };

  // Nothing when it is time to stop.
  [[nodiscard]] std::optional<Message> next();
  [[nodiscard]] Rested rest();
  [[nodiscard]] Result<void> try_to_send(const Message& message);
  void send(const Message& message);
  void run();

  Relay& m_relay;
  Guarded<Queue> m_queue;
  std::jthread m_thread;
};

}  // namespace leadkeep::mail
