#include "written_xml.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/crypto/hash.h>

namespace leadkeep::saml {
namespace {

constexpr std::string_view kSignatureNs = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";

// Canonical XML section 2.3: what stands for itself in text, and what does not in an attribute too.
std::string escaped(std::string_view text, bool in_attribute) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += in_attribute ? ">" : "&gt;";
        break;
      case '"':
        out += in_attribute ? "&quot;" : "\"";
        break;
      case '\t':
        out += in_attribute ? "&#x9;" : "\t";
        break;
      case '\n':
        out += in_attribute ? "&#xA;" : "\n";
        break;
      case '\r':
        out += "&#xD;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string algorithm(std::string_view element, std::string_view uri) {
  return "<ds:" + std::string{element} + " Algorithm=\"" + std::string{uri} +
         "\"></ds:" + std::string{element} + ">";
}

}  // namespace

std::string escape_attribute(std::string_view text) {
  return escaped(text, true);
}

std::string escape_text(std::string_view text) {
  return escaped(text, false);
}

std::string to_date_time(Timestamp time) {
  return to_rfc3339(time).substr(0, std::string_view{"1970-01-01T00:00:00"}.size()) + "Z";
}

std::string enveloped_signature(std::string_view canonical, std::string_view id,
                                const crypto::RsaPrivateKey& key) {
  const std::string digest = to_base64(crypto::sha256({as_bytes(canonical)}));
  const std::string signed_info =
      algorithm("CanonicalizationMethod", kC14n) +
      algorithm("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256") +
      "<ds:Reference URI=\"#" + std::string{id} + "\"><ds:Transforms>" +
      algorithm("Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature") +
      algorithm("Transform", kC14n) + "</ds:Transforms>" +
      algorithm("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256") + "<ds:DigestValue>" +
      digest + "</ds:DigestValue></ds:Reference>";
  const std::string ns = " xmlns:ds=\"" + std::string{kSignatureNs} + "\"";
  const std::string to_sign = "<ds:SignedInfo" + ns + ">" + signed_info + "</ds:SignedInfo>";
  return "<ds:Signature" + ns + "><ds:SignedInfo>" + signed_info +
         "</ds:SignedInfo><ds:SignatureValue>" + to_base64(key.sign_sha256(as_bytes(to_sign))) +
         "</ds:SignatureValue></ds:Signature>";
}

}  // namespace leadkeep::saml
