// A thread that works, rests, and works again until it is told to stop.
#pragma once
#include <leadkeep/base/guarded.h>

#include <chrono>
#include <functional>
#include <thread>

namespace leadkeep::daemon {

class Recurring {
 public:
  // Returns how long to rest.
  using Work = std::function<std::chrono::milliseconds()>;

  // `name`: a literal of 15 characters at most, which tools show.
  Recurring(const char* name, Work work);
  ~Recurring();
  // Wakes it from its rest; work that has begun comes to its end.
  void begin_stop();

 private:
  void run(const std::stop_token& stop);

  const char* m_name;
  Work m_work;
  Guarded<bool> m_stopping{false};
  std::jthread m_thread;
};

}  // namespace leadkeep::daemon
