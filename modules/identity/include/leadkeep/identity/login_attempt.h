// leadkeep/identity/login_attempt.h — login path: what somebody typed
#pragma once
#include <leadkeep/base/secret.h>

#include <string>

namespace leadkeep::identity {

struct LoginAttempt {
  std::string username;
  SecretBytes password;
  SecretBytes second_factor;  // a code of the app, of the paper, or to enrol with; empty for none
  std::string source;         // address of the peer, for throttling
};

}  // namespace leadkeep::identity
