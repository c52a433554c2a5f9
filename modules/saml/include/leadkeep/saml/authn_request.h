// leadkeep/saml/authn_request.h — asks an identity provider who somebody is (check Q-01)
//
// Every request is signed. No authentication context is asked for, as identity providers refuse
// what they do not know; nor is one asked to do it without the person.
//
// Takes    an identity provider's own address, as its metadata says; `relay_state` of at most 80 bytes,
//          which comes back with the answer
// Yields   an address to send the browser to; or a form that the browser posts there
// Source   SAML 2.0 core section 3.4.1, bindings sections 3.4 (Redirect) and 3.5 (POST)
// Threads  any; stateless
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/rsa.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace leadkeep::saml {

enum class NameIdPolicy : std::uint8_t { kPersistent, kAny };

struct AuthnRequest {
  std::string id;
  Timestamp issued;
  std::string destination;
  std::string issuer;        // our entity id
  std::string consumer_url;  // where the response is to be posted
  bool ask_again = false;    // ForceAuthn
  NameIdPolicy name_id = NameIdPolicy::kPersistent;
};

// The parameters stand behind whatever query the address has already. The signature is over their
// octets as they stand there.
[[nodiscard]] std::string redirect_to(const AuthnRequest& request, std::string_view relay_state,
                                      const crypto::RsaPrivateKey& key);

struct Form {
  std::string action;
  std::string saml_request;  // base64
  std::string relay_state;
};

// The signature is inside of the request.
[[nodiscard]] Form form_for(const AuthnRequest& request, std::string_view relay_state,
                            const crypto::RsaPrivateKey& key);

}  // namespace leadkeep::saml
