// leadkeep/flow/guesses.h — who asks whether somebody is here must not find out by trying
//
// Whoever knows a number or an address needs few guesses, whoever tries them out needs many: within an
// hour somebody has kMostGuesses that did not show what an honest asker looks for.
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/identity/permit.h>

#include <map>
#include <string>

namespace leadkeep::flow {

inline constexpr unsigned kMostGuesses = 30;

class Guesses {
 public:
  // Takes one before it is known how it ends, so that many at once are not one. `actor`: the agent, through
  // whichever program, or a program by itself.
  enum class Taken : std::uint8_t { kOne, kLast, kNone };
  [[nodiscard]] Taken take(const identity::Actor& actor, Timestamp now);
  // It was none.
  void give_back(const identity::Actor& actor);
  // The last one was: the operator is told, by whom.
  static void report(const identity::Actor& actor);

 private:
  struct Tally {
    Timestamp since;
    unsigned taken = 0;
  };

  Guarded<std::map<std::string, Tally>> m_tallies;  // by id
};

}  // namespace leadkeep::flow
