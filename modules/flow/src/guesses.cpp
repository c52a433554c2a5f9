#include <leadkeep/base/event_log.h>
#include <leadkeep/flow/guesses.h>

namespace leadkeep::flow {

void Guesses::report(const identity::Actor& actor) {
  log_warn("LEADS_GUESSED", Field{"who", who_is(actor)});
}

}  // namespace leadkeep::flow
