#include "forger.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>

#include <memory>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace leadkeep::test {
namespace {

constexpr std::string_view kSaml = R"(xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion")";
constexpr std::string_view kSamlp = R"(xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol")";
constexpr std::string_view kDs = R"(xmlns:ds="http://www.w3.org/2000/09/xmldsig#")";

std::string opening(std::string_view name, std::string_view ns, const Attributes& attributes) {
  std::string text = "<" + std::string{name} + " " + std::string{ns};
  for (const auto& [key, value] : attributes) {
    text.append(" ").append(key).append("=\"").append(value).append("\"");
  }
  return text + ">";
}

const unsigned char* uchars(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string encrypt_key(ByteView content_key, const Encrypting& how,
                        const crypto::RsaPrivateKey& to) {
  const Bytes spki = to.public_key();
  const unsigned char* der = uchars(spki);
  EVP_PKEY* key = ::d2i_PUBKEY(nullptr, &der, static_cast<long>(spki.size()));
  EVP_PKEY_CTX* context = ::EVP_PKEY_CTX_new(key, nullptr);
  LK_CHECK(context != nullptr && ::EVP_PKEY_encrypt_init(context) == 1);
  if (how.transport.ends_with("rsa-1_5")) {
    LK_CHECK(::EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1);
  } else {
    LK_CHECK(::EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1);
    LK_CHECK(::EVP_PKEY_CTX_set_rsa_oaep_md(context, ::EVP_get_digestbyname(how.digest.c_str())) ==
             1);
    LK_CHECK(::EVP_PKEY_CTX_set_rsa_mgf1_md(context, ::EVP_get_digestbyname(how.mgf1.c_str())) ==
             1);
  }
  Bytes out(1024);
  std::size_t size = out.size();
  LK_CHECK(::EVP_PKEY_encrypt(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                              uchars(content_key), content_key.size()) == 1);
  out.resize(size);
  ::EVP_PKEY_CTX_free(context);
  ::EVP_PKEY_free(key);
  return to_base64(out);
}

const EVP_CIPHER* cipher_of(std::string_view uri) {
  if (uri.ends_with("aes128-gcm")) {
    return ::EVP_aes_128_gcm();
  }
  if (uri.ends_with("aes128-cbc")) {
    return ::EVP_aes_128_cbc();
  }
  if (uri.ends_with("aes256-cbc")) {
    return ::EVP_aes_256_cbc();
  }
  if (uri.ends_with("tripledes-cbc")) {
    return ::EVP_des_ede3_cbc();
  }
  return ::EVP_aes_256_gcm();
}

// IV, ciphertext, tag.
std::string encrypt_content(std::string_view plaintext, const EVP_CIPHER* cipher, ByteView key) {
  const auto iv_size = static_cast<std::size_t>(::EVP_CIPHER_get_iv_length(cipher));
  const auto block = static_cast<std::size_t>(::EVP_CIPHER_get_block_size(cipher));
  const bool gcm = block == 1;
  std::string padded{plaintext};
  if (!gcm) {
    const std::size_t padding = block - plaintext.size() % block;
    padded.append(padding, static_cast<char>(padding));
  }
  Bytes out(iv_size + padded.size() + (gcm ? 16 : 0));
  crypto::fill_random(std::span{out}.first(iv_size));
  EVP_CIPHER_CTX* context = ::EVP_CIPHER_CTX_new();
  auto* raw = reinterpret_cast<unsigned char*>(out.data());
  LK_CHECK(::EVP_EncryptInit_ex2(context, cipher, uchars(key), raw, nullptr) == 1);
  LK_CHECK(::EVP_CIPHER_CTX_set_padding(context, 0) == 1);
  int written = 0;
  LK_CHECK(::EVP_EncryptUpdate(context, raw + iv_size, &written, uchars(as_bytes(padded)),
                               static_cast<int>(padded.size())) == 1);
  int rest = 0;
  LK_CHECK(::EVP_EncryptFinal_ex(context, raw + iv_size + written, &rest) == 1);
  if (gcm) {
    LK_CHECK(::EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16,
                                   raw + iv_size + padded.size()) == 1);
  }
  ::EVP_CIPHER_CTX_free(context);
  return to_base64(out);
}

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), uchars(bytes),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string at(int seconds) {
  std::string text = to_rfc3339(kNow + std::chrono::seconds{seconds});
  return text.substr(0, text.find('.')) + "Z";
}

const crypto::RsaPrivateKey& idp_key() {
  static const auto key = crypto::RsaPrivateKey::generate(2048);
  return key;
}

const crypto::RsaPrivateKey& other_key() {
  static const auto key = crypto::RsaPrivateKey::generate(2048);
  return key;
}

const crypto::RsaPrivateKey& sp_key() {
  static const auto key = crypto::RsaPrivateKey::generate(2048);
  return key;
}

const crypto::Es256Key& idp_ec_key() {
  static const auto key = crypto::Es256Key::generate();
  return key;
}

Bytes public_idp_ec_key() {
  // RFC 5480: the header of a P-256 key in front of the point.
  constexpr std::string_view kHeader = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
  const auto point = idp_ec_key().public_point();
  Bytes spki = from_hex(kHeader).value();
  append(spki, point.x);
  append(spki, point.y);
  return spki;
}

Forger::Forger() {
  response = {{"Destination", std::string{kAcs}},
              {"ID", "_response"},
              {"InResponseTo", std::string{kRequest}},
              {"IssueInstant", at(-1)},
              {"Version", "2.0"}};
  response_issuer =
      "<saml:Issuer " + std::string{kSaml} + ">" + std::string{kIdp} + "</saml:Issuer>";
  status =
      R"(<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>)";
  assertion = {{"ID", "_assertion"}, {"IssueInstant", at(-1)}, {"Version", "2.0"}};
  issuer = "<saml:Issuer>" + std::string{kIdp} + "</saml:Issuer>";
  subject =
      R"(<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">alice</saml:NameID>)"
      R"(<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo=")" +
      std::string{kRequest} + R"(" NotOnOrAfter=")" + at(300) + R"(" Recipient=")" +
      std::string{kAcs} +
      R"("></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>)";
  conditions = R"(<saml:Conditions NotBefore=")" + at(-60) + R"(" NotOnOrAfter=")" + at(300) +
               R"("><saml:AudienceRestriction><saml:Audience>)" + std::string{kSp} +
               R"(</saml:Audience></saml:AudienceRestriction></saml:Conditions>)";
  authn = R"(<saml:AuthnStatement AuthnInstant=")" + at(-2) +
          R"(" SessionIndex="_s1"><saml:AuthnContext><saml:AuthnContextClassRef>)"
          R"(urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport)"
          R"(</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>)";
  attributes =
      R"(<saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>agents</saml:AttributeValue>)"
      R"(<saml:AttributeValue>admins</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>)";
}

std::string Forger::signature(const Signing& signing, std::string_view canonical,
                              std::string_view id) const {
  const std::string digest = to_base64(crypto::sha256({as_bytes(canonical)}));
  const std::string uri = signing.uri.value_or("#" + std::string{id});
  const std::string inner =
      "<ds:CanonicalizationMethod Algorithm=\"" + signing.c14n +
      "\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"" + signing.method +
      "\"></ds:SignatureMethod><ds:Reference URI=\"" + uri + "\"><ds:Transforms>" +
      signing.transforms + "</ds:Transforms><ds:DigestMethod Algorithm=\"" + signing.digest +
      "\"></ds:DigestMethod><ds:DigestValue>" + digest + "</ds:DigestValue></ds:Reference>" +
      signing.more_references + "</ds:SignedInfo>";
  const std::string signed_info = "<ds:SignedInfo " + std::string{kDs} + ">" + inner;
  const std::string value = signing.sign ? signing.sign(signed_info)
                                         : to_base64(idp_key().sign_sha256(as_bytes(signed_info)));
  return "<ds:Signature " + std::string{kDs} + "><ds:SignedInfo>" + inner + "<ds:SignatureValue>" +
         value + "</ds:SignatureValue>" + signing.key_info + "</ds:Signature>";
}

std::string Forger::assertion_xml() const {
  const std::string front = opening("saml:Assertion", kSaml, assertion) + issuer;
  const std::string back = subject + conditions + authn + attributes + "</saml:Assertion>";
  const auto id = assertion.find("ID");
  return front +
         (sign_assertion
              ? signature(*sign_assertion, front + back, id == assertion.end() ? "" : id->second)
              : "") +
         back;
}

std::string Forger::response_xml() const {
  const std::string inner = wrap ? wrap(assertion_xml()) : assertion_xml();
  const std::string front = opening("samlp:Response", kSamlp, response) + response_issuer;
  const std::string back = status + inner + "</samlp:Response>";
  const auto id = response.find("ID");
  return front +
         (sign_response
              ? signature(*sign_response, front + back, id == response.end() ? "" : id->second)
              : "") +
         back;
}

std::string Forger::posted() const {
  return to_base64(as_bytes(response_xml()));
}

std::string rsa_signature(const crypto::RsaPrivateKey& key, const char* digest,
                          std::string_view data) {
  const SecretBytes pkcs8 = key.pkcs8();
  const unsigned char* der = uchars(pkcs8.expose());
  EVP_PKEY* parsed = ::d2i_AutoPrivateKey(nullptr, &der, static_cast<long>(pkcs8.size()));
  EVP_MD_CTX* context = ::EVP_MD_CTX_new();
  LK_CHECK(::EVP_DigestSignInit_ex(context, nullptr, digest, nullptr, nullptr, parsed, nullptr) ==
           1);
  Bytes out(static_cast<std::size_t>(::EVP_PKEY_get_size(parsed)));
  std::size_t size = out.size();
  LK_CHECK(::EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                            uchars(as_bytes(data)), data.size()) == 1);
  ::EVP_MD_CTX_free(context);
  ::EVP_PKEY_free(parsed);
  return to_base64(out);
}

std::string encrypted(std::string_view plaintext, const Encrypting& how,
                      const crypto::RsaPrivateKey& to) {
  const EVP_CIPHER* cipher = cipher_of(how.content);
  const SecretBytes key =
      crypto::random_secret(static_cast<std::size_t>(::EVP_CIPHER_get_key_length(cipher)));
  // Canonical XML says a namespace once: inside EncryptedData it is said already.
  const std::string encrypted_key =
      "<xenc:EncryptedKey" +
      std::string{how.beside ? R"( xmlns:xenc="http://www.w3.org/2001/04/xmlenc#")" : ""} +
      R"( Id="_k"><xenc:EncryptionMethod Algorithm=")" + how.transport + "\">" +
      how.transport_parts + "</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>" +
      encrypt_key(key.expose(), how, to) +
      "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>";
  const std::string pointer =
      R"(<ds:RetrievalMethod Type="http://www.w3.org/2001/04/xmlenc#EncryptedKey" URI="#_k"></ds:RetrievalMethod>)";
  return "<saml:EncryptedAssertion " + std::string{kSaml} +
         R"(><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm=")" +
         how.content + R"("></xenc:EncryptionMethod><ds:KeyInfo )" + std::string{kDs} + ">" +
         (how.beside ? pointer : encrypted_key) +
         "</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>" +
         encrypt_content(plaintext, cipher, key.expose()) +
         "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>" +
         (how.beside ? encrypted_key : "") + "</saml:EncryptedAssertion>";
}

}  // namespace leadkeep::test
