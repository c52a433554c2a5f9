#include "redirect.h"
#include "written_xml.h"

#include <leadkeep/saml/authn_request.h>

namespace leadkeep::saml {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string{name} + "=\"" + escape_attribute(value) + "\"";
}

std::string name_id_policy(NameIdPolicy name_id) {
  return name_id == NameIdPolicy::kPersistent
             ? "<samlp:NameIDPolicy AllowCreate=\"true\" "
               "Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">"
               "</samlp:NameIDPolicy>"
             : "";
}

// Attributes in the order of canonical XML. The signature, if any, stands behind the issuer.
std::string write(const AuthnRequest& request, std::string_view signature) {
  return "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"" +
         attribute("AssertionConsumerServiceURL", request.consumer_url) +
         attribute("Destination", request.destination) +
         (request.ask_again ? attribute("ForceAuthn", "true") : "") + attribute("ID", request.id) +
         attribute("IssueInstant", to_date_time(request.issued)) +
         attribute("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST") +
         attribute("Version", "2.0") +
         "><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">" +
         escape_text(request.issuer) + "</saml:Issuer>" + std::string{signature} +
         name_id_policy(request.name_id) + "</samlp:AuthnRequest>";
}

}  // namespace

std::string redirect_to(const AuthnRequest& request, std::string_view relay_state,
                        const crypto::RsaPrivateKey& key) {
  return signed_redirect(request.destination, "SAMLRequest", write(request, ""), relay_state, key);
}

Form form_for(const AuthnRequest& request, std::string_view relay_state,
              const crypto::RsaPrivateKey& key) {
  const std::string signature = enveloped_signature(write(request, ""), request.id, key);
  return {request.destination, to_base64(as_bytes(write(request, signature))),
          std::string{relay_state}};
}

}  // namespace leadkeep::saml
