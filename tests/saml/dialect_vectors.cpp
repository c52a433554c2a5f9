#include "change.h"

#include <leadkeep/saml/checks.h>

namespace leadkeep::test {
namespace {

constexpr std::string_view kMore = "http://www.w3.org/2001/04/xmldsig-more#";
constexpr std::string_view kXenc = "http://www.w3.org/2001/04/xmlenc#";

Signing with_rsa(std::string_view name, const char* digest) {
  Signing signing;
  signing.method = std::string{kMore} + std::string{name};
  signing.sign = [digest](std::string_view info) { return rsa_signature(idp_key(), digest, info); };
  return signing;
}

Signing with_ecdsa() {
  Signing signing;
  signing.method = std::string{kMore} + "ecdsa-sha256";
  signing.sign = [](std::string_view info) { return to_base64(idp_ec_key().sign(as_bytes(info))); };
  return signing;
}

void encrypt(Forger& forger, const Encrypting& how) {
  forger.wrap = [how](const std::string& assertion) { return encrypted(assertion, how, sp_key()); };
}

std::string in_lines(std::string_view base64) {
  constexpr std::size_t kLine = 76;
  std::string text;
  for (std::size_t i = 0; i < base64.size(); i += kLine) {
    text.append(base64.substr(i, kLine)).append("\r\n");
  }
  return text;
}

}  // namespace

std::vector<Vector> dialect_vectors() {
  const std::optional<saml::Check> accepted;
  std::vector<Vector> all;
  all.push_back(forged("SignedAssertion", accepted, [](Forger&) {}));
  all.push_back(forged("SignedResponse", accepted, [](Forger& forger) {
    forger.sign_response = Signing{};
    forger.sign_assertion.reset();
  }));
  all.push_back(forged("SignedResponseAndAssertion", accepted,
                       [](Forger& forger) { forger.sign_response = Signing{}; }));
  all.push_back(forged("RsaSha384", accepted, [](Forger& forger) {
    forger.sign_assertion = with_rsa("rsa-sha384", "SHA384");
  }));
  all.push_back(forged("RsaSha512", accepted, [](Forger& forger) {
    forger.sign_assertion = with_rsa("rsa-sha512", "SHA512");
  }));
  all.push_back(
      forged("Ecdsa", accepted, [](Forger& forger) { forger.sign_assertion = with_ecdsa(); }));
  all.push_back(forged("EncryptedWithGcm", accepted, [](Forger& forger) { encrypt(forger, {}); }));
  all.push_back(forged("EncryptedInASignedResponse", accepted, [](Forger& forger) {
    forger.sign_response = Signing{};
    forger.sign_assertion.reset();
    encrypt(forger, {});
  }));
  all.push_back(forged("EncryptedWithOaepOfXmlEncryption11", accepted, [](Forger& forger) {
    encrypt(
        forger,
        {.transport = "http://www.w3.org/2009/xmlenc11#rsa-oaep",
         .transport_parts =
             R"(<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>)"
             R"(<xenc11:MGF xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"></xenc11:MGF>)",
         .digest = "SHA256",
         .mgf1 = "SHA256"});
  }));
  all.push_back(forged("EncryptedWithTheKeyBeside", accepted,
                       [](Forger& forger) { encrypt(forger, {.beside = true}); }));
  all.push_back(forged("EncryptedWithGcmOf128Bits", accepted, [](Forger& forger) {
    encrypt(forger, {.content = "http://www.w3.org/2009/xmlenc11#aes128-gcm"});
  }));
  for (const char* content : {"aes128-cbc", "aes256-cbc"}) {
    Vector cbc = forged(
        std::string{"EncryptedWith"} + (content[3] == '1' ? "Cbc128" : "Cbc256") + "WhereAllowed",
        accepted, [content](Forger& forger) {
          forger.sign_response = Signing{};
          encrypt(forger, {.content = std::string{kXenc} + content});
        });
    cbc.accepts_cbc = true;
    all.push_back(std::move(cbc));
  }
  all.push_back({"XmlDeclaration", accepted, [] {
                   return to_base64(as_bytes(R"(<?xml version="1.0" encoding="UTF-8"?>)"
                                             "\n" +
                                             Forger{}.response_xml()));
                 }});
  all.push_back({"Base64InLines", accepted, [] { return in_lines(Forger{}.posted()); }});
  all.push_back(forged("KeyInfoOfSomebodyElseIsNotRead", accepted, [](Forger& forger) {
    forger.sign_assertion->key_info =
        R"(<ds:KeyInfo><ds:KeyName>somebody</ds:KeyName><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></ds:KeyInfo>)";
  }));
  all.push_back(forged("InclusiveNamespaces", accepted, [](Forger& forger) {
    forger.sign_assertion->transforms = changed(
        forger.sign_assertion->transforms, R"(xml-exc-c14n#"></ds:Transform>)",
        R"(xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"></ec:InclusiveNamespaces></ds:Transform>)");
  }));
  all.push_back(forged("ResponseWithoutDestination", accepted,
                       [](Forger& forger) { forger.response.erase("Destination"); }));
  all.push_back(forged("ResponseIssuerAsEntity", accepted, [](Forger& forger) {
    forger.response_issuer =
        changed(forger.response_issuer, "<saml:Issuer ",
                R"(<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" )");
  }));
  all.push_back(forged("IdThatBeginsWithADigit", accepted,
                       [](Forger& forger) { forger.assertion["ID"] = "4a8f.0:b-c_d"; }));
  all.push_back(forged("TimesWithAFraction", accepted, [](Forger& forger) {
    forger.assertion["IssueInstant"] = changed(at(-1), "Z", ".123456789Z");
  }));
  all.push_back(forged("SeveralConfirmations", accepted, [](Forger& forger) {
    forger.subject = changed(
        forger.subject, "<saml:SubjectConfirmation ",
        R"(<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"></saml:SubjectConfirmation><saml:SubjectConfirmation )");
  }));
  all.push_back(forged("AttributeWithElementsIsLeftOut", accepted, [](Forger& forger) {
    forger.attributes = changed(
        forger.attributes, "</saml:Attribute>",
        R"(</saml:Attribute><saml:Attribute Name="eduPersonTargetedID"><saml:AttributeValue><saml:NameID>x</saml:NameID></saml:AttributeValue></saml:Attribute>)");
  }));
  all.push_back(forged("SeveralAudiences", accepted, [](Forger& forger) {
    forger.conditions = changed(forger.conditions, "<saml:Audience>",
                                "<saml:Audience>https://other.test</saml:Audience><saml:Audience>");
  }));
  all.push_back(forged("OneTimeUse", accepted, [](Forger& forger) {
    forger.conditions = changed(forger.conditions, "</saml:Conditions>",
                                "<saml:OneTimeUse></saml:OneTimeUse></saml:Conditions>");
  }));
  all.push_back(
      forged("WithoutAttributes", accepted, [](Forger& forger) { forger.attributes.clear(); }));
  Vector again = forged("AskedAgainAndAuthenticatedSince", accepted, [](Forger&) {});
  again.asked_again = true;
  all.push_back(std::move(again));
  return all;
}

}  // namespace leadkeep::test
