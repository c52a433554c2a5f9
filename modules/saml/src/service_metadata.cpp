#include "written_xml.h"

#include <leadkeep/saml/service_metadata.h>

namespace leadkeep::saml {
namespace {

constexpr std::string_view kEncryptionMethods =
    "<md:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\">"
    "</md:EncryptionMethod>"
    "<md:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes128-gcm\">"
    "</md:EncryptionMethod>"
    "<md:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\">"
    "</md:EncryptionMethod>";

std::string key_descriptor(std::string_view use, ByteView certificate, std::string_view methods) {
  return "<md:KeyDescriptor use=\"" + std::string{use} +
         "\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>"
         "<ds:X509Certificate>" +
         to_base64(certificate) + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>" +
         std::string{methods} + "</md:KeyDescriptor>";
}

std::string write(const ServiceDescription& us, std::string_view id, Timestamp now,
                  std::string_view signature) {
  std::string keys;
  for (const Bytes& certificate : us.signing_certificates) {
    keys += key_descriptor("signing", certificate, "");
  }
  for (const Bytes& certificate : us.encryption_certificates) {
    keys += key_descriptor("encryption", certificate, kEncryptionMethods);
  }
  return "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"" +
         std::string{id} + "\" entityID=\"" + escape_attribute(us.entity_id) + "\" validUntil=\"" +
         to_date_time(now + kServiceMetadataLife) + "\">" + std::string{signature} +
         "<md:SPSSODescriptor AuthnRequestsSigned=\"true\" WantAssertionsSigned=\"true\" "
         "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">" +
         keys +
         "<md:SingleLogoutService "
         "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"" +
         escape_attribute(us.logout_url) +
         "\"></md:SingleLogoutService>"
         "<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>"
         "<md:AssertionConsumerService "
         "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"" +
         escape_attribute(us.consumer_url) +
         "\" index=\"0\" isDefault=\"true\"></md:AssertionConsumerService>"
         "</md:SPSSODescriptor></md:EntityDescriptor>";
}

}  // namespace

std::string service_metadata(const ServiceDescription& us, const crypto::RsaPrivateKey& key,
                             std::string_view id, Timestamp now) {
  const std::string signature = enveloped_signature(write(us, id, now, ""), id, key);
  return write(us, id, now, signature);
}

}  // namespace leadkeep::saml
