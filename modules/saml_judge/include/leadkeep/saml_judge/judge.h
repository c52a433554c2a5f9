// leadkeep/saml_judge/judge.h — whom does a SAML response prove?
//
// Takes    SAMLResponse as the browser posted it, which identity provider was asked, what for
// Yields   Judgement: an Identity, of the verified octets and nothing else, or the check that did
//          not hold
// Refuses  by the checks of saml/checks.h; whether the request is open and the assertion new is for
//          the caller, who has the rows
// Source   SAML 2.0 core, bindings section 3.5 and profiles section 4.1; XML Signature and
//          Encryption by xmlsec1 and OpenSSL within the bounds of the checks
// Threads  any; stateless
//
// A parser of foreign XML runs here: only in a process without keys of the store, network or files.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/rsa.h>
#include <leadkeep/saml/response.h>

#include <span>
#include <string_view>

namespace leadkeep::saml_judge {

// Makes the libraries ready, which open files for it; judge_response does it too, if it has to. For a
// process that is about to lose that.
void start();

// `keys` decrypt: those of now, and of before the last change.
[[nodiscard]] saml::Judgement judge_response(std::string_view posted,
                                             const saml::IdentityProvider& provider,
                                             const saml::ServiceProvider& us,
                                             std::span<const crypto::RsaPrivateKey> keys,
                                             const saml::Question& question, Timestamp now);

}  // namespace leadkeep::saml_judge
