// json/passkey_json.h — what browsers read and write of passkeys
//
// The JSON forms of WebAuthn, so that a page passes them on as they are:
// PublicKeyCredential.parseRequestOptionsFromJSON(), parseCreationOptionsFromJSON(), toJSON().
//
// Refuses  400 a member that is missing or not base64url. What is unknown in a browser's answer is
//          ignored: browsers add to it.
// Source   WebAuthn Level 3 sections 5.1.8, 5.1.9, 5.1.10
#pragma once
#include "json/body.h"

#include <leadkeep/identity/passkeys.h>
#include <leadkeep/json/writer.h>
#include <leadkeep/webauthn/assertion.h>
#include <leadkeep/webauthn/registration.h>

#include <string>

namespace leadkeep::api {

// AuthenticationResponseJSON, RegistrationResponseJSON
[[nodiscard]] Result<webauthn::Assertion> parse_assertion(const Members& members,
                                                          std::string_view name);
[[nodiscard]] Result<webauthn::Registration> parse_registration(const Members& members,
                                                                std::string_view name);

// PublicKeyCredentialRequestOptionsJSON, PublicKeyCredentialCreationOptionsJSON
[[nodiscard]] std::string request_options(const identity::Passkeys::Question& question);
[[nodiscard]] std::string creation_options(const identity::Passkeys::Question& question,
                                           const identity::Session& session);

}  // namespace leadkeep::api
