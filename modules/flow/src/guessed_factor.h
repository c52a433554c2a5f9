// Somebody knows an agent's password and guesses the second factor: worth a look while it lasts.
#pragma once
#include <leadkeep/base/event_log.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/second_factors.h>

namespace leadkeep::flow {

inline void warn_if_guessed(const identity::RefusedProof& refused) {
  if (refused.account && refused.cause == name_of(identity::FactorRefusal::kGuessed)) {
    log_warn("SECOND_FACTOR_GUESSED", Field{"agent", *refused.account});
  }
}

}  // namespace leadkeep::flow
