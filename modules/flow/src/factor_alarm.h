// What nobody does by mistake: somebody knows an agent's password and guesses the second factor, or
// has a copy of an agent's authenticator. Worth a look while it lasts.
#pragma once
#include <leadkeep/base/event_log.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/second_factors.h>

namespace leadkeep::flow {

inline void warn_of_attack(const identity::RefusedProof& refused) {
  if (!refused.account) {
    return;
  }
  if (refused.cause == name_of(identity::FactorRefusal::kGuessed)) {
    log_warn("SECOND_FACTOR_GUESSED", Field{"agent", *refused.account});
  } else if (refused.cause == name_of(identity::FactorRefusal::kPasskeyCopied)) {
    log_warn("PASSKEY_COPIED", Field{"agent", *refused.account});
  } else if (refused.cause == name_of(identity::FactorRefusal::kDeviceCopied)) {
    log_warn("DEVICE_COPIED", Field{"agent", *refused.account});
  }
}

}  // namespace leadkeep::flow
