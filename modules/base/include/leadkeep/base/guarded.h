// leadkeep/base/guarded.h — data that cannot be named without holding its lock
#pragma once
#include <condition_variable>
#include <mutex>
#include <utility>

namespace leadkeep {

template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : m_value(std::forward<Args>(args)...) {}

  template <class Function>
  decltype(auto) with(Function&& function) {
    const std::scoped_lock lock{m_mutex};
    return std::forward<Function>(function)(m_value);
  }

  template <class Function>
  decltype(auto) with(Function&& function) const {
    const std::scoped_lock lock{m_mutex};
    return std::forward<Function>(function)(std::as_const(m_value));
  }

  // Waits until `ready(value)` and then runs `function(value)`, all under the lock.
  template <class Ready, class Function>
  decltype(auto) when(Ready&& ready, Function&& function) {
    std::unique_lock lock{m_mutex};
    m_changed.wait(lock, [&] { return ready(m_value); });
    return std::forward<Function>(function)(m_value);
  }

  // The same with a limit: runs `function` also when the time is up.
  template <class Duration, class Ready, class Function>
  decltype(auto) when_or_after(Duration limit, Ready&& ready, Function&& function) {
    std::unique_lock lock{m_mutex};
    m_changed.wait_for(lock, limit, [&] { return ready(m_value); });
    return std::forward<Function>(function)(m_value);
  }

  void notify_all() noexcept { m_changed.notify_all(); }

  void notify_one() noexcept { m_changed.notify_one(); }

 private:
  mutable std::mutex m_mutex;
  std::condition_variable m_changed;
  T m_value;
};

}  // namespace leadkeep
