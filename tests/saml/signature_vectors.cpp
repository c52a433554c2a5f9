// Keys, algorithms, references and transforms other than those that are taken.
#include "change.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/saml/checks.h>

namespace leadkeep::test {
namespace {

using saml::Check;

constexpr std::string_view kDsig = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kMore = "http://www.w3.org/2001/04/xmldsig-more#";

// Of the valid response, with the signature of its assertion made so.
template <class Spoil>
Vector signing(std::string name, Check refused_by, const Spoil& spoil) {
  return forged(std::move(name), refused_by,
                [spoil](Forger& forger) { spoil(*forger.sign_assertion); });
}

std::string hmac_with_public_key(std::string_view info) {
  const Bytes spki = idp_key().public_key();
  return to_base64(crypto::hmac_sha256(SecretBytes::copy_of(spki), as_bytes(info)));
}

std::string reference_to(std::string_view uri) {
  return "<ds:Reference URI=\"" + std::string{uri} +
         R"("><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>)";
}

void add_keys(std::vector<Vector>& all) {
  all.push_back(tampered("NoSignature", Check::kS01, [](const std::string&) {
    Forger forger;
    forger.sign_assertion.reset();
    return forger.response_xml();
  }));
  all.push_back(signing("SignedByAnotherKey", Check::kS05, [](Signing& how) {
    how.sign = [](std::string_view info) { return rsa_signature(other_key(), "SHA256", info); };
  }));
  all.push_back(
      forged("ResponseSignedByAnotherKeyAroundAGoodAssertion", Check::kS05, [](Forger& forger) {
        forger.sign_response = Signing{};
        forger.sign_response->sign = [](std::string_view info) {
          return rsa_signature(other_key(), "SHA256", info);
        };
      }));
  all.push_back(
      forged("AssertionSignedByAnotherKeyInAGoodResponse", Check::kS05, [](Forger& forger) {
        forger.sign_response = Signing{};
        forger.sign_assertion->sign = [](std::string_view info) {
          return rsa_signature(other_key(), "SHA256", info);
        };
      }));
  all.push_back(signing("SignedByTheKeyInKeyInfo", Check::kS05, [](Signing& how) {
    how.sign = [](std::string_view info) { return rsa_signature(other_key(), "SHA256", info); };
    how.key_info =
        "<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>" +
        to_base64(other_key().public_key()) +
        "</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>";
  }));
  all.push_back(signing("KeyInfoFromElsewhere", Check::kS05, [](Signing& how) {
    how.sign = [](std::string_view info) { return rsa_signature(other_key(), "SHA256", info); };
    how.key_info =
        R"(<ds:KeyInfo><ds:RetrievalMethod URI="http://127.0.0.1:1/key"></ds:RetrievalMethod></ds:KeyInfo>)";
  }));
  all.push_back(signing("SignatureOfZeros", Check::kS05, [](Signing& how) {
    how.sign = [](std::string_view) { return to_base64(Bytes(256)); };
  }));
  all.push_back(signing("EcdsaNamedForAnRsaSignature", Check::kS05,
                        [](Signing& how) { how.method = std::string{kMore} + "ecdsa-sha256"; }));
  all.push_back(signing("EcdsaOfZeros", Check::kS05, [](Signing& how) {
    how.method = std::string{kMore} + "ecdsa-sha256";
    how.sign = [](std::string_view) { return to_base64(Bytes(64)); };
  }));
  all.push_back(signing("Sha512NamedForASha256Signature", Check::kS05,
                        [](Signing& how) { how.method = std::string{kMore} + "rsa-sha512"; }));
}

void add_algorithms(std::vector<Vector>& all) {
  const auto method = [&](std::string name, const std::string& uri) {
    all.push_back(signing(std::move(name), Check::kS03, [uri](Signing& how) { how.method = uri; }));
  };
  all.push_back(signing("RsaSha1", Check::kS03, [](Signing& how) {
    how.method = std::string{kDsig} + "rsa-sha1";
    how.sign = [](std::string_view info) { return rsa_signature(idp_key(), "SHA1", info); };
  }));
  all.push_back(signing("HmacWithThePublicKey", Check::kS03, [](Signing& how) {
    how.method = std::string{kMore} + "hmac-sha256";
    how.sign = hmac_with_public_key;
  }));
  method("RsaMd5", std::string{kMore} + "rsa-md5");
  method("RsaRipemd160", std::string{kMore} + "rsa-ripemd160");
  method("HmacSha1", std::string{kDsig} + "hmac-sha1");
  method("DsaSha1", std::string{kDsig} + "dsa-sha1");
  method("EcdsaSha1", std::string{kMore} + "ecdsa-sha1");
  method("RsaPss", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1");
  method("NoMethod", "");
  method("MethodInCapitals", "HTTP://WWW.W3.ORG/2001/04/XMLDSIG-MORE#RSA-SHA256");
  method("MethodWithABlank", std::string{kMore} + "rsa-sha256 ");
  const auto c14n = [&](std::string name, const std::string& uri) {
    all.push_back(signing(std::move(name), Check::kS03, [uri](Signing& how) { how.c14n = uri; }));
  };
  c14n("InclusiveC14n", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315");
  c14n("C14n11", "http://www.w3.org/2006/12/xml-c14n11");
  c14n("ExclusiveC14nWithComments", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments");
  c14n("NoC14n", "");
  all.push_back(tampered("HmacOutputLength", Check::kS03, [](std::string xml) {
    return changed(std::move(xml), "</ds:SignatureMethod>",
                   "<ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>");
  }));
  const auto digest = [&](std::string name, const std::string& uri) {
    all.push_back(signing(std::move(name), Check::kS04, [uri](Signing& how) { how.digest = uri; }));
  };
  digest("DigestSha1", std::string{kDsig} + "sha1");
  digest("DigestMd5", std::string{kMore} + "md5");
  digest("DigestSha224", std::string{kMore} + "sha224");
  digest("NoDigestMethod", "");
}

void add_references(std::vector<Vector>& all) {
  const auto uri = [&](std::string name, const std::string& value) {
    all.push_back(
        signing(std::move(name), Check::kS04, [value](Signing& how) { how.uri = value; }));
  };
  uri("ReferenceToTheWholeDocument", "");
  uri("ReferenceToTheResponse", "#_response");
  uri("ReferenceToNothing", "#_nothing");
  uri("ReferenceWithoutHash", "_assertion");
  uri("ReferenceByXPointer", "#xpointer(id('_assertion'))");
  uri("ReferenceToTheRootByXPointer", "#xpointer(/)");
  uri("ReferenceWithAnXPointerThatCosts", "#xpointer(//*[count(//*)>0])");
  uri("ReferenceToAFile", "file:///etc/passwd");
  uri("ReferenceToTheNetwork", "http://127.0.0.1:1/");
  uri("ReferenceInCapitals", "#_ASSERTION");
  uri("ReferenceWithABlank", "#_assertion ");
  uri("ReferenceInPercents", "#%5fassertion");
  all.push_back(tampered("ReferenceWithoutUri", Check::kS04, [](std::string xml) {
    return changed(std::move(xml), " URI=\"#_assertion\"", "");
  }));
  all.push_back(tampered("ReferenceWithAType", Check::kS04, [](std::string xml) {
    return changed(std::move(xml), "<ds:Reference ",
                   "<ds:Reference Type=\"http://www.w3.org/2000/09/xmldsig#Manifest\" ");
  }));
  all.push_back(signing("TwoReferences", Check::kS02,
                        [](Signing& how) { how.more_references = reference_to("#_assertion"); }));
  all.push_back(tampered("NoReference", Check::kS02, [](std::string xml) {
    const auto begin = xml.find("<ds:Reference ");
    const auto end = xml.find("</ds:SignedInfo>");
    return xml.erase(begin, end - begin);
  }));
  all.push_back(tampered("TwoSignatures", Check::kS02, [](const std::string& xml) {
    const auto begin = xml.find("<ds:Signature ");
    const auto end = xml.find("</ds:Signature>") + std::string_view{"</ds:Signature>"}.size();
    return std::string{xml}.insert(begin, xml.substr(begin, end - begin));
  }));
  // CVE-2025-29774: the library verified one SignedInfo and read the digest of another.
  all.push_back(tampered("TwoSignedInfos", Check::kS02, [](const std::string& xml) {
    const auto begin = xml.find("<ds:SignedInfo>");
    const auto end = xml.find("</ds:SignedInfo>") + std::string_view{"</ds:SignedInfo>"}.size();
    return std::string{xml}.insert(begin, xml.substr(begin, end - begin));
  }));
  all.push_back(tampered("TwoSignatureValues", Check::kS02, [](std::string xml) {
    return changed(std::move(xml), "<ds:SignatureValue>",
                   "<ds:SignatureValue>AAAA</ds:SignatureValue><ds:SignatureValue>");
  }));
  all.push_back(tampered("EmptySignatureValue", Check::kS02, [](std::string xml) {
    return refilled(std::move(xml), "ds:SignatureValue", "");
  }));
  all.push_back(tampered("ElementsInSignatureValue", Check::kS02, [](std::string xml) {
    return changed(std::move(xml), "<ds:SignatureValue>", "<ds:SignatureValue><ds:X></ds:X>");
  }));
  all.push_back(tampered("EmptyDigestValue", Check::kS04, [](std::string xml) {
    return refilled(std::move(xml), "ds:DigestValue", "");
  }));
  all.push_back(tampered("PartOfASignatureInAnotherNamespace", Check::kS02, [](std::string xml) {
    return changed(
        changed(std::move(xml), "<ds:SignatureValue>", "<x:SignatureValue xmlns:x=\"urn:x\">"),
        "</ds:SignatureValue>", "</x:SignatureValue>");
  }));
}

void add_transforms(std::vector<Vector>& all) {
  const auto transforms = [&](std::string name, const std::string& value) {
    all.push_back(
        signing(std::move(name), Check::kS04, [value](Signing& how) { how.transforms = value; }));
  };
  const auto transform = [](std::string_view uri, std::string_view inside = "") {
    return "<ds:Transform Algorithm=\"" + std::string{uri} + "\">" + std::string{inside} +
           "</ds:Transform>";
  };
  const std::string enveloped = transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature");
  const std::string exclusive = transform("http://www.w3.org/2001/10/xml-exc-c14n#");
  transforms("NoTransforms", "");
  transforms("OnlyEnveloped", enveloped);
  transforms("OnlyC14n", exclusive);
  transforms("TransformsTheOtherWayAround", exclusive + enveloped);
  transforms("ThreeTransforms", enveloped + exclusive + exclusive);
  transforms("InclusiveC14nTransform",
             enveloped + transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"));
  transforms("CommentsInC14nTransform",
             enveloped + transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments"));
  transforms(
      "Xslt",
      enveloped +
          transform(
              "http://www.w3.org/TR/1999/REC-xslt-19991116",
              R"(<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/">x</xsl:template></xsl:stylesheet>)"));
  transforms("XPath", enveloped + transform("http://www.w3.org/TR/1999/REC-xpath-19991116",
                                            "<ds:XPath>not(ancestor::saml)</ds:XPath>"));
  transforms("XPathFilter2", enveloped + transform("http://www.w3.org/2002/06/xmldsig-filter2"));
  transforms("XPointerTransform",
             enveloped + transform("http://www.w3.org/2001/04/xmldsig-more/xptr"));
  transforms("Base64Transform", enveloped + transform("http://www.w3.org/2000/09/xmldsig#base64"));
  transforms("UnknownTransform", enveloped + transform("urn:example:nothing"));
}

void add_tampering(std::vector<Vector>& all) {
  const auto tamper = [&](std::string name, const std::string& from, const std::string& to) {
    all.push_back(tampered(std::move(name), Check::kS05, [from, to](std::string xml) {
      return changed(std::move(xml), from, to);
    }));
  };
  tamper("AnotherName", ">alice<", ">mallory<");
  tamper("AnotherGroup", ">agents<", ">admins<");
  tamper("AnotherAudience", std::string{"<saml:Audience>"} + std::string{kSp},
         "<saml:Audience>https://other.test");
  tamper("ABlankMore", "<saml:Subject>", "<saml:Subject> ");
  tamper("AnAttributeMore", "<saml:Subject>", "<saml:Subject x=\"y\">");
  tamper("AnElementMore", "</saml:Subject>", "</saml:Subject><saml:X></saml:X>");
  all.push_back(tampered("ABitOfTheSignatureFlipped", Check::kS05, [](std::string xml) {
    return flipped(std::move(xml), "ds:SignatureValue", 5);
  }));
  all.push_back(tampered("ABitOfTheDigestFlipped", Check::kS05, [](std::string xml) {
    return flipped(std::move(xml), "ds:DigestValue", 5);
  }));
  all.push_back({"AnotherDestinationInASignedResponse", Check::kS05, [] {
                   Forger forger;
                   forger.sign_response = Signing{};
                   return to_base64(
                       as_bytes(changed(forger.response_xml(), "Destination=\"https://leads",
                                        "Destination=\"https://other")));
                 }});
}

}  // namespace

std::vector<Vector> signature_vectors() {
  std::vector<Vector> all;
  add_keys(all);
  add_algorithms(all);
  add_references(all);
  add_transforms(all);
  add_tampering(all);
  return all;
}

}  // namespace leadkeep::test
