// leadkeep/identity/login_attempt.h — login path: what somebody typed, or what a passkey answered
#pragma once
#include <leadkeep/base/secret.h>
#include <leadkeep/webauthn/assertion.h>

#include <optional>
#include <string>

namespace leadkeep::identity {

struct LoginAttempt {
  std::string username;
  SecretBytes password;
  SecretBytes second_factor;  // a code of the app, of the paper, or to enrol with; empty for none
  std::optional<webauthn::Assertion> passkey;  // in place of all three
  std::string source;                          // address of the peer, for throttling
};

}  // namespace leadkeep::identity
