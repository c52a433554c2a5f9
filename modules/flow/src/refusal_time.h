// No refusal of a log-in comes sooner than others: a wrong password takes as long as a right one
// without its second factor, and until the next multiple where the proof alone took longer.
#pragma once
#include <leadkeep/base/result.h>

#include <chrono>
#include <thread>

namespace leadkeep::flow {

inline void wait_as_after_refusal(std::chrono::steady_clock::time_point begin,
                                  std::chrono::milliseconds refusal_takes) {
  if (refusal_takes.count() > 0) {
    const auto took = std::chrono::steady_clock::now() - begin;
    std::this_thread::sleep_until(begin + (took / refusal_takes + 1) * refusal_takes);
  }
}

inline void wait_after_refusal(std::chrono::steady_clock::time_point begin,
                               std::chrono::milliseconds refusal_takes, Errc code) {
  if (code == Errc::kUnauthenticated) {
    wait_as_after_refusal(begin, refusal_takes);
  }
}

}  // namespace leadkeep::flow
