// leadkeep/saml/logout.h — single logout by redirect: what we send, and what comes
//
// Takes    an identity provider's own address, as its metadata says
// Yields   an address to send the browser to; every message is signed, over the octets of its query
// Source   SAML 2.0 core section 3.7, bindings section 3.4 (Redirect), profiles section 4.4
// Threads  any; stateless
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/crypto/rsa.h>
#include <leadkeep/saml/checks.h>
#include <leadkeep/saml/response.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::saml {

struct LogoutRequest {
  std::string id;
  Timestamp issued;
  std::string destination;
  std::string issuer;  // our entity id
  NameId person;
  std::string session_index;  // empty: all sessions of the person
};

// What was asked for is done: whoever has no session here has none to end.
struct LogoutResponse {
  std::string id;
  Timestamp issued;
  std::string destination;
  std::string issuer;
  std::string in_response_to;
};

[[nodiscard]] std::string redirect_to(const LogoutRequest& request,
                                      const crypto::RsaPrivateKey& key);
[[nodiscard]] std::string redirect_to(const LogoutResponse& response, std::string_view relay_state,
                                      const crypto::RsaPrivateKey& key);

enum class LogoutKind : std::uint8_t { kRequest, kResponse };

// What an identity provider says, once its signature has been verified (checks L-03 and L-04).
struct LogoutMessage {
  std::string id;
  Timestamp ends;                            // from then on no replay is possible
  Pii<std::string> name_id;                  // of a request
  std::vector<std::string> session_indexes;  // likewise; empty: all of the person
  std::string in_response_to;                // of a response
};

struct LogoutJudgement {
  std::optional<Refusal> refusal;  // exactly one of these two
  std::optional<LogoutMessage> message;
};

}  // namespace leadkeep::saml
