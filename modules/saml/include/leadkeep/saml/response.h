// leadkeep/saml/response.h — a Response of the Web Browser SSO profile: what is asked of it, and whom
// it proves
//
// Source   SAML 2.0 core, bindings section 3.5 and profiles section 4.1
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/saml/checks.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::saml {

inline constexpr std::chrono::seconds kSkew{60};  // of two good clocks

// As an administrator confirmed it.
struct IdentityProvider {
  std::string entity_id;
  std::vector<Bytes> signing_keys;  // SubjectPublicKeyInfo, DER; any of them
  bool accepts_cbc = false;         // AES-CBC, and then only inside a signed response
};

struct ServiceProvider {
  std::string entity_id;
  std::string consumer_url;  // where the response was posted
};

// The request that is answered.
struct Question {
  std::string request_id;
  Timestamp asked;
  bool asked_again = false;  // ForceAuthn
};

struct Attribute {
  std::string name;
  std::vector<Pii<std::string>> values;  // of plain text
};

// Whom it is about; every part but the value may be empty.
struct NameId {
  Pii<std::string> value;
  std::string format;
  std::string name_qualifier;
  std::string sp_name_qualifier;

  friend bool operator==(const NameId&, const NameId&) = default;
};

struct Identity {
  NameId name_id;
  std::string session_index;  // empty if the identity provider names none
  std::string authn_context;  // AuthnContextClassRef, likewise
  Timestamp authenticated;
  std::optional<Timestamp> session_ends;
  std::string assertion_id;
  Timestamp assertion_ends;  // from then on no replay is possible, the skew counted in
  std::vector<Attribute> attributes;
  Bytes
      signed_with;  // the key of the identity provider: of the assertion, or of the response around it
};

struct Judgement {
  std::vector<Check> held;
  std::optional<Refusal> refusal;  // exactly one of these two
  std::optional<Identity> identity;
};

}  // namespace leadkeep::saml
