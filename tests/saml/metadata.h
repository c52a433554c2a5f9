// Metadata of an identity provider of the tests.
#pragma once
#include "forger.h"

#include <leadkeep/crypto/certificate.h>

#include <string>

namespace leadkeep::test {

inline constexpr Timestamp kMetadataEnds{1'827'071'478'000};

[[nodiscard]] inline std::string certificate_of(const crypto::RsaPrivateKey& key) {
  return to_base64(crypto::self_signed_certificate(key, "idp", {kNow, kMetadataEnds}));
}

[[nodiscard]] inline std::string key_descriptor(const crypto::RsaPrivateKey& key,
                                                const std::string& use) {
  return "<md:KeyDescriptor" + use +
         "><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>"
         "<ds:X509Certificate>\n" +
         certificate_of(key) +
         "\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>";
}

[[nodiscard]] inline std::string service(const std::string& name, const std::string& binding,
                                         const std::string& location) {
  return "<md:" + name + " Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:" + binding +
         "\" Location=\"" + location + "\"/>";
}

// Metadata of an identity provider, with a place for whatever a test changes.
struct MetadataDraft {
  std::string before;
  std::string entity = R"(entityID="https://idp.example.test/metadata")";
  std::string protocols =
      "urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol";
  std::string keys = key_descriptor(idp_key(), R"( use="signing")");
  std::string services =
      service("SingleLogoutService", "HTTP-Redirect", "https://idp.example.test/slo") +
      service("SingleSignOnService", "SOAP", "http://idp.example.test/soap") +
      service("SingleSignOnService", "HTTP-Redirect", "https://idp.example.test/sso?t=1") +
      service("SingleSignOnService", "HTTP-POST", "https://idp.example.test/post");
  std::string behind;

  [[nodiscard]] std::string xml() const {
    return before + "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" " +
           entity + "><md:IDPSSODescriptor protocolSupportEnumeration=\"" + protocols + "\">" +
           keys + services + "</md:IDPSSODescriptor>" + behind + "</md:EntityDescriptor>";
  }
};

}  // namespace leadkeep::test
