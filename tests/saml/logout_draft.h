// A logout message of the identity provider of the tests, with a place for whatever a test changes,
// and the query that carries it.
#pragma once
#include "forger.h"

#include <string>
#include <string_view>

namespace leadkeep::test {

struct LogoutDraft {
  std::string element = "LogoutRequest";
  Attributes attributes{{"Destination", std::string{kSlo}},
                        {"ID", "_logout"},
                        {"IssueInstant", at(0)},
                        {"Version", "2.0"}};
  std::string issuer = "<saml:Issuer>" + std::string{kIdp} + "</saml:Issuer>";
  std::string person = "<saml:NameID>alice</saml:NameID>";
  std::string sessions;

  [[nodiscard]] std::string xml() const;
};

[[nodiscard]] LogoutDraft logout_response_to(std::string_view request_id);

[[nodiscard]] std::string deflated(std::string_view text);
[[nodiscard]] std::string percent_encoded(std::string_view text);

// A query in the order of the binding; every word of it may be wrong.
struct QueryDraft {
  std::string parameter = "SAMLRequest";
  std::string message;  // deflated
  std::string relay_state;
  std::string algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  const char* digest = "SHA256";

  // What is signed, and the whole of it.
  [[nodiscard]] std::string unsigned_text() const;
  [[nodiscard]] std::string text(const crypto::RsaPrivateKey& key = idp_key()) const;
};

[[nodiscard]] QueryDraft query_with(const LogoutDraft& draft);

}  // namespace leadkeep::test
