// leadkeep/identity/login_attempt.h — login path: what somebody typed, what a passkey answered, or
// what an identity provider did
#pragma once
#include <leadkeep/base/secret.h>
#include <leadkeep/identity/caller.h>
#include <leadkeep/identity/shown_device.h>
#include <leadkeep/identity/sign_on_requests.h>
#include <leadkeep/webauthn/assertion.h>

#include <optional>
#include <string>

namespace leadkeep::identity {

struct LoginAttempt {
  explicit LoginAttempt(const Caller& by) : caller{by} {}

  Caller caller;
  std::string username;
  SecretBytes password;
  SecretBytes second_factor;  // a code of the app, of the paper, or to enrol with; empty for none
  SecretBytes email_transaction;  // the second factor is a code of this; empty for none
  std::optional<webauthn::Assertion> passkey;  // in place of all four
  std::optional<SignOnRequest> sign_on;        // answered, in place of name and password
  std::string source;                          // address of the peer, for throttling

  // Of a browser: the key that the session will be bound to, and what is in its cookies.
  std::optional<DeviceKey> device_key;
  std::optional<ShownDevice> device;
  SecretBytes session_before;  // text of a token; empty for none
};

}  // namespace leadkeep::identity
