// leadkeep/identity/login_attempt.h — login path: what somebody typed
#pragma once
#include <leadkeep/base/secret.h>

#include <string>

namespace leadkeep::identity {

struct LoginAttempt {
  std::string username;
  SecretBytes password;
  std::string source;  // address of the peer, for throttling
};

}  // namespace leadkeep::identity
