// leadkeep/flow/guesses.h — who asks whether somebody is here must not find out by trying
//
// Whoever knows a number or an address needs few guesses, whoever tries them out needs many: within an
// hour somebody has kMostGuesses that did not show what an honest asker looks for.
// Threads  any
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/flow/allowance.h>

#include <type_traits>

namespace leadkeep::flow {

inline constexpr unsigned kMostGuesses = 30;

class Guesses {
 public:
  // What `attempt` yields, or kTooManyRequests without it. `was_guess` tells of what it yielded whether it
  // was one; of the last one the operator is told, and by whom.
  template <class Attempt, class WasGuess>
  [[nodiscard]] auto count(const identity::Actor& actor, Timestamp now, Attempt&& attempt,
                           WasGuess&& was_guess) -> std::invoke_result_t<Attempt> {
    const auto taken = m_allowance.take(actor, now);
    if (taken == Allowance::Taken::kNone) {
      return fail(Errc::kTooManyRequests, "leads: too many numbers and addresses were tried");
    }
    auto done = attempt();
    if (!was_guess(done)) {
      m_allowance.give_back(actor);
    } else if (taken == Allowance::Taken::kTheLast) {
      report(actor);
    }
    return done;
  }

 private:
  static void report(const identity::Actor& actor);

  Allowance m_allowance{kMostGuesses};
};

}  // namespace leadkeep::flow
