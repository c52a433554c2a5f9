#include "redirect.h"
#include "written_xml.h"

#include <leadkeep/saml/logout.h>

#include <chrono>

namespace leadkeep::saml {
namespace {

constexpr std::chrono::minutes kLife{5};

std::string attribute(std::string_view name, std::string_view value) {
  return value.empty() ? "" : " " + std::string{name} + "=\"" + escape_attribute(value) + "\"";
}

std::string issuer_element(std::string_view issuer) {
  return "<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">" +
         escape_text(issuer) + "</saml:Issuer>";
}

std::string name_id_element(const NameId& person) {
  return "<saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"" +
         attribute("Format", person.format) + attribute("NameQualifier", person.name_qualifier) +
         attribute("SPNameQualifier", person.sp_name_qualifier) + ">" +
         escape_text(person.value.expose()) + "</saml:NameID>";
}

std::string write(const LogoutRequest& request) {
  return "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"" +
         attribute("Destination", request.destination) + attribute("ID", request.id) +
         attribute("IssueInstant", to_date_time(request.issued)) +
         attribute("NotOnOrAfter", to_date_time(request.issued + kLife)) +
         attribute("Version", "2.0") + ">" + issuer_element(request.issuer) +
         name_id_element(request.person) +
         (request.session_index.empty()
              ? ""
              : "<samlp:SessionIndex>" + escape_text(request.session_index) +
                    "</samlp:SessionIndex>") +
         "</samlp:LogoutRequest>";
}

std::string write(const LogoutResponse& response) {
  return "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"" +
         attribute("Destination", response.destination) + attribute("ID", response.id) +
         attribute("InResponseTo", response.in_response_to) +
         attribute("IssueInstant", to_date_time(response.issued)) + attribute("Version", "2.0") +
         ">" + issuer_element(response.issuer) +
         "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\">"
         "</samlp:StatusCode></samlp:Status></samlp:LogoutResponse>";
}

}  // namespace

std::string redirect_to(const LogoutRequest& request, const crypto::RsaPrivateKey& key) {
  return signed_redirect(request.destination, "SAMLRequest", write(request), "", key);
}

std::string redirect_to(const LogoutResponse& response, std::string_view relay_state,
                        const crypto::RsaPrivateKey& key) {
  return signed_redirect(response.destination, "SAMLResponse", write(response), relay_state, key);
}

}  // namespace leadkeep::saml
