// The namespaces and algorithm URIs of SAML 2.0, XML Signature and XML Encryption that are read.
#pragma once
#include <string_view>

namespace leadkeep::saml_judge {

inline constexpr std::string_view kProtocol = "urn:oasis:names:tc:SAML:2.0:protocol";
inline constexpr std::string_view kAssertion = "urn:oasis:names:tc:SAML:2.0:assertion";
inline constexpr std::string_view kSignatureNs = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::string_view kEncryptionNs = "http://www.w3.org/2001/04/xmlenc#";
inline constexpr std::string_view kEncryption11Ns = "http://www.w3.org/2009/xmlenc11#";
inline constexpr std::string_view kExclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
inline constexpr std::string_view kEnvelopedSignature =
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
inline constexpr std::string_view kSha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
inline constexpr std::string_view kSha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
inline constexpr std::string_view kSha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
inline constexpr std::string_view kSha512 = "http://www.w3.org/2001/04/xmlenc#sha512";

}  // namespace leadkeep::saml_judge
