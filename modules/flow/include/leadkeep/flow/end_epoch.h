// leadkeep/flow/end_epoch.h — of keys that were destroyed nothing is left, wherever their old copies are
//
// The root key comes from its provider once more and is gone again afterwards (store/store.h, end_epoch).
// Errors   those of the provider; kUnauthenticated where it gives another key than the store's
//          kUnavailable  stopped, or the disk is full: what was begun goes on with the next call
// Threads  any; one at a time
#pragma once
#include <leadkeep/flow/house.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>

namespace leadkeep::flow {

class EndEpoch {
 public:
  using Unlock = std::function<Result<crypto::Key256>()>;
  using State = store::EpochState;

  // `due_after` the first key was destroyed in an epoch.
  EndEpoch(House& house, Unlock unlock, std::chrono::hours due_after)
      : m_house{house}, m_unlock{std::move(unlock)}, m_due_after{due_after} {}

  [[nodiscard]] Result<void> end(const std::stop_token& stop);
  // Where there is something to be gone, for long enough, or an end was interrupted; half an hour after a
  // failure again.
  [[nodiscard]] Result<void> end_if_due(const std::stop_token& stop);

  [[nodiscard]] Result<State> state() const { return m_house.store.keys().state(); }

 private:
  House& m_house;
  Unlock m_unlock;
  std::chrono::hours m_due_after;
  std::mutex m_turn;
  Timestamp m_not_before{};  // of whoever calls end_if_due(), one thread
};

}  // namespace leadkeep::flow
