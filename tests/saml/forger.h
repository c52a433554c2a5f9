// An identity provider of the tests: writes and signs responses, right or wrong in any way.
//
// It writes XML in canonical form from the start, so that it needs neither a parser nor a
// canonicaliser, and nothing of the code under test but RSA and SHA-256.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/clock.h>
#include <leadkeep/crypto/es256.h>
#include <leadkeep/crypto/rsa.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::test {

inline constexpr std::string_view kIdp = "https://idp.example.test/metadata";
inline constexpr std::string_view kSp = "https://leads.example.test/v1/saml/metadata";
inline constexpr std::string_view kAcs = "https://leads.example.test/v1/saml/acs";
inline constexpr std::string_view kSlo = "https://leads.example.test/v1/saml/logout";
inline constexpr std::string_view kRequest = "_4f1d9c2e7b8a4d6f90112233445566778899aabb";
inline constexpr Timestamp kNow{1'795'535'478'000};  // 2026-11-24T15:51:18Z

[[nodiscard]] std::string to_base64(ByteView bytes);

// 2026-11-24T15:51:18Z and so many seconds.
[[nodiscard]] std::string at(int seconds);

// How one element is signed; every word of it may be wrong.
struct Signing {
  std::string c14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
  std::string method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  std::string digest = "http://www.w3.org/2001/04/xmlenc#sha256";
  std::string transforms =
      R"(<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>)"
      R"(<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>)";
  std::optional<std::string> uri;  // "#" and the id of the element, if nothing is said
  std::string key_info;            // behind SignatureValue
  std::string more_references;
  // Of SignedInfo: the signature in base64. RSA with SHA-256 by idp_key() if empty.
  std::function<std::string(std::string_view)> sign;
};

using Attributes = std::map<std::string, std::string>;  // in canonical order

class Forger {
 public:
  Forger();

  Attributes response;
  std::string response_issuer;
  std::string status;
  Attributes assertion;
  std::string issuer;
  std::string subject;
  std::string conditions;
  std::string authn;
  std::string attributes;

  std::optional<Signing> sign_response;
  std::optional<Signing> sign_assertion = Signing{};
  // Of the assertion as it stands in the response, for instance encrypted.
  std::function<std::string(std::string)> wrap;

  // XML, each signed as was asked for.
  [[nodiscard]] std::string assertion_xml() const;
  [[nodiscard]] std::string response_xml() const;
  // As a browser posts it.
  [[nodiscard]] std::string posted() const;

  // The ds:Signature over `canonical`, an element that has this id.
  [[nodiscard]] std::string signature(const Signing& signing, std::string_view canonical,
                                      std::string_view id) const;
};

// Made once for the process, as they take long.
[[nodiscard]] const crypto::RsaPrivateKey& idp_key();
[[nodiscard]] const crypto::RsaPrivateKey& other_key();  // of nobody who is known
[[nodiscard]] const crypto::RsaPrivateKey& sp_key();     // decrypts
[[nodiscard]] const crypto::Es256Key& idp_ec_key();
[[nodiscard]] Bytes public_idp_ec_key();  // SubjectPublicKeyInfo, DER

// In base64; `digest` by its name in OpenSSL.
[[nodiscard]] std::string rsa_signature(const crypto::RsaPrivateKey& key, const char* digest,
                                        std::string_view data);

// How an assertion is encrypted.
struct Encrypting {
  std::string content = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
  std::string transport = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
  std::string transport_parts = {};  // DigestMethod, MGF
  std::string digest = "SHA1";       // what is really done
  std::string mgf1 = "SHA1";
  bool beside = false;  // EncryptedKey next to EncryptedData
};

[[nodiscard]] std::string encrypted(std::string_view plaintext, const Encrypting& how,
                                    const crypto::RsaPrivateKey& to);

}  // namespace leadkeep::test
