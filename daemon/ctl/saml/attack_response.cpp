#include "ctl/saml/attacks.h"
#include "ctl/saml/response_trial.h"
#include "ctl/talk.h"

#include <leadkeep/saml/checks.h>

namespace leadkeep::ctl {

// A verdict that did not come is a log-in that failed, but shows nothing: it is not counted as refused.
ExitCode attack_response(const Arguments& arguments) {
  const auto trial = ResponseTrial::open(arguments);
  if (!trial) {
    (void)complain(trial.error());
    return ExitCode::kUsage;
  }
  const auto as_it_is = trial.value().judge(trial.value().job);
  if (!as_it_is || !as_it_is.value().identity) {
    say("The response itself is not accepted, so that refusing attacks on it would show nothing: "
        "see\n"
        "leadkeepctl saml test. One that was caught long ago needs --at, with its own time.");
    return ExitCode::kRefused;
  }
  say("ok   the response itself is accepted");
  const auto attacks = attacks_on(trial.value().job);
  std::size_t refused = 0;
  for (const Attack& attack : attacks) {
    const auto judgement = trial.value().judge(attack.job);
    if (judgement && judgement.value().refusal) {
      ++refused;
      say("ok   " + attack.name + ": refused by " +
          std::string{saml::id_of(judgement.value().refusal->check)});
    } else {
      say("BAD  " + attack.name +
          (judgement ? ": ACCEPTED" : ": no verdict, " + judgement.error().detail));
    }
  }
  say(std::to_string(refused) + " of " + std::to_string(attacks.size()) + " attacks were refused");
  return refused == attacks.size() ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace leadkeep::ctl
