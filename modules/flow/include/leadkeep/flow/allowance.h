// leadkeep/flow/allowance.h — so many of something within an hour, by each who acts
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/guarded.h>
#include <leadkeep/identity/permit.h>

#include <map>
#include <string>

namespace leadkeep::flow {

// An actor, as the log names one.
struct Who {
  std::string id;  // of the agent, or of a program by itself
};

[[nodiscard]] std::string log_text(const Who& who);
[[nodiscard]] Who who_is(const identity::Actor& actor);

class Allowance {
 public:
  explicit Allowance(unsigned most) noexcept : m_most{most} {}

  // Takes `count` of what is left, or nothing where there are not as many. They are taken before it is known
  // how it ends, so that many at once are not one. An agent has one allowance, through whichever program.
  enum class Taken : std::uint8_t { kSome, kTheLast, kNone };
  [[nodiscard]] Taken take(const identity::Actor& actor, Timestamp now, unsigned count = 1);
  void give_back(const identity::Actor& actor, unsigned count = 1);

 private:
  struct Tally {
    Timestamp since;
    unsigned taken = 0;
  };

  unsigned m_most;
  Guarded<std::map<std::string, Tally>> m_tallies;  // by id
};

}  // namespace leadkeep::flow
