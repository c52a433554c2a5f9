#include "document.h"
#include "names.h"
#include "saml/forger.h"
#include "signature.h"

#include <leadkeep/crypto/certificate.h>
#include <leadkeep/saml/authn_request.h>
#include <leadkeep/saml/service_metadata.h>
#include <leadkeep/saml_judge/judge.h>

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <zlib.h>

namespace leadkeep::saml {
namespace {

using saml_judge::Document;
using saml_judge::Element;
using saml_judge::Examination;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kSso = "https://idp.example.test/sso";

AuthnRequest a_request() {
  return {std::string{test::kRequest}, test::kNow, std::string{kSso}, std::string{test::kSp},
          std::string{test::kAcs}};
}

std::string url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      out += static_cast<char>(std::stoi(std::string{text.substr(at + 1, 2)}, nullptr, 16));
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string base64_decoded(std::string text) {
  std::string out(text.size(), '\0');
  const int size = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size) -
             static_cast<std::size_t>(std::ranges::count(text, '=')));
  return out;
}

std::string inflated(std::string text) {
  std::string out(16 * 1024, '\0');
  ::z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, -MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

// As the identity provider does it.
bool verifies(std::string_view data, std::string_view signature,
              const crypto::RsaPrivateKey& signer) {
  const Bytes spki = signer.public_key();
  const auto* der = reinterpret_cast<const unsigned char*>(spki.data());
  EVP_PKEY* key = ::d2i_PUBKEY(nullptr, &der, static_cast<long>(spki.size()));
  EVP_MD_CTX* context = ::EVP_MD_CTX_new();
  ::EVP_DigestVerifyInit(context, nullptr, ::EVP_sha256(), nullptr, key);
  const int good = ::EVP_DigestVerify(
      context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
      reinterpret_cast<const unsigned char*>(data.data()), data.size());
  ::EVP_MD_CTX_free(context);
  ::EVP_PKEY_free(key);
  return good == 1;
}

struct Query {
  std::string address;
  std::string to_sign;
  std::map<std::string, std::string> values;
};

Query query_of(const std::string& url) {
  Query query;
  const std::size_t begin = url.find("SAMLRequest=");
  query.address = url.substr(0, begin - 1);
  std::string rest = url.substr(begin);
  query.to_sign = rest.substr(0, rest.find("&Signature="));
  while (!rest.empty()) {
    const std::string part = rest.substr(0, rest.find('&'));
    query.values[part.substr(0, part.find('='))] = url_decoded(part.substr(part.find('=') + 1));
    rest.erase(0, part.size() + 1);
  }
  return query;
}

// The octets that the signature of the document element is of; empty if it does not verify.
std::string signed_octets(const std::string& xml, const crypto::RsaPrivateKey& signer) {
  saml_judge::start();
  const auto document = Document::parse(xml);
  Examination examination;
  const auto signature =
      document ? saml_judge::signature_of(document->root(), examination) : std::nullopt;
  if (!signature || !saml_judge::has_usual_shape({document->root(), *signature}, examination)) {
    return "";
  }
  const auto keys = saml_judge::parsed_keys(std::vector<Bytes>{signer.public_key()});
  const auto verified =
      saml_judge::verified_octets(*document, {document->root(), *signature}, keys, examination);
  return verified ? verified->octets : "";
}

TEST(RedirectedRequest, SaysWhatIsAskedAndWhere) {
  const Query query = query_of(redirect_to(a_request(), "handle", test::sp_key()));
  EXPECT_EQ(query.address, kSso);
  EXPECT_EQ(query.values.at("RelayState"), "handle");
  const std::string xml = inflated(base64_decoded(query.values.at("SAMLRequest")));
  const auto document = Document::parse(xml);
  ASSERT_TRUE(document.has_value()) << xml;
  const Element request = document->root();
  ASSERT_TRUE(request.is(saml_judge::kProtocol, "AuthnRequest"));
  EXPECT_EQ(request.attribute("ID"), test::kRequest);
  EXPECT_EQ(request.attribute("Version"), "2.0");
  EXPECT_EQ(request.attribute("IssueInstant"), "2026-11-24T15:51:18Z");
  EXPECT_EQ(request.attribute("Destination"), kSso);
  EXPECT_EQ(request.attribute("AssertionConsumerServiceURL"), test::kAcs);
  EXPECT_EQ(request.attribute("ProtocolBinding"), "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST");
  EXPECT_EQ(request.child(saml_judge::kAssertion, "Issuer")->text(), test::kSp);
  EXPECT_EQ(request.child(saml_judge::kProtocol, "NameIDPolicy")->attribute("Format"),
            "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");
  EXPECT_FALSE(request.attribute("ForceAuthn").has_value());
  EXPECT_FALSE(request.attribute("IsPassive").has_value());
  EXPECT_TRUE(request.children(saml_judge::kProtocol, "RequestedAuthnContext").empty());
}

TEST(RedirectedRequest, IsSignedOverItsQueryAsItStands) {
  const Query query = query_of(redirect_to(a_request(), "a b+c", test::sp_key()));
  EXPECT_EQ(query.values.at("SigAlg"), "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
  const std::string signature = base64_decoded(query.values.at("Signature"));
  EXPECT_TRUE(verifies(query.to_sign, signature, test::sp_key()));
  EXPECT_FALSE(verifies(query.to_sign, signature, test::other_key()));
  EXPECT_FALSE(verifies(query.to_sign + "x", signature, test::sp_key()));
}

TEST(RedirectedRequest, StandsBehindAQueryThatIsThereAlready) {
  AuthnRequest request = a_request();
  request.destination = "https://idp.example.test/sso?tenant=1&x=2";
  EXPECT_THAT(redirect_to(request, "", test::sp_key()),
              StartsWith("https://idp.example.test/sso?tenant=1&x=2&SAMLRequest="));
  EXPECT_THAT(redirect_to(request, "", test::sp_key()), Not(HasSubstr("RelayState")));
}

TEST(Request, AsksAgainAndForAnyNameWhereItIsTold) {
  AuthnRequest request = a_request();
  request.ask_again = true;
  request.name_id = NameIdPolicy::kAny;
  const std::string xml = base64_decoded(form_for(request, "", test::sp_key()).saml_request);
  EXPECT_THAT(xml, HasSubstr(" ForceAuthn=\"true\""));
  EXPECT_THAT(xml, Not(HasSubstr("NameIDPolicy")));
}

TEST(PostedRequest, IsSignedInside) {
  const Form form = form_for(a_request(), "handle", test::sp_key());
  EXPECT_EQ(form.action, kSso);
  EXPECT_EQ(form.relay_state, "handle");
  const std::string xml = base64_decoded(form.saml_request);
  EXPECT_THAT(signed_octets(xml, test::sp_key()), StartsWith("<samlp:AuthnRequest "));
  EXPECT_EQ(signed_octets(xml, test::other_key()), "");
}

TEST(PostedRequest, StaysSignedWithAddressesThatHaveToBeEscaped) {
  AuthnRequest request = a_request();
  request.destination = "https://idp.example.test/sso?a=1&b=<\"'>";
  request.issuer = "https://leads.example.test/?a=1&b=<\"'>";
  const std::string xml = base64_decoded(form_for(request, "", test::sp_key()).saml_request);
  EXPECT_THAT(signed_octets(xml, test::sp_key()), EndsWith("</samlp:AuthnRequest>"));
  const auto document = Document::parse(xml);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->root().attribute("Destination"), request.destination);
  EXPECT_EQ(document->root().child(saml_judge::kAssertion, "Issuer")->text(), request.issuer);
}

TEST(ServiceMetadata, NamesUsOurAddressAndAllKeysSigned) {
  const auto certificate = [](const crypto::RsaPrivateKey& key) {
    return crypto::self_signed_certificate(key, "leads",
                                           {test::kNow, test::kNow + std::chrono::days{9}});
  };
  const ServiceDescription us{std::string{test::kSp},
                              std::string{test::kAcs},
                              std::string{test::kSlo},
                              {certificate(test::sp_key()), certificate(test::other_key())},
                              {certificate(test::sp_key())}};
  const std::string xml = service_metadata(us, test::sp_key(), "_m1", test::kNow);
  EXPECT_THAT(signed_octets(xml, test::sp_key()), StartsWith("<md:EntityDescriptor "));
  const auto document = Document::parse(xml);
  ASSERT_TRUE(document.has_value());
  constexpr std::string_view kMetadata = "urn:oasis:names:tc:SAML:2.0:metadata";
  const Element entity = document->root();
  EXPECT_EQ(entity.attribute("entityID"), test::kSp);
  EXPECT_EQ(entity.attribute("validUntil"), "2026-12-01T15:51:18Z");
  const auto role = entity.child(kMetadata, "SPSSODescriptor");
  ASSERT_TRUE(role.has_value());
  EXPECT_EQ(role->attribute("AuthnRequestsSigned"), "true");
  EXPECT_EQ(role->attribute("WantAssertionsSigned"), "true");
  EXPECT_EQ(role->child(kMetadata, "AssertionConsumerService")->attribute("Location"), test::kAcs);
  std::vector<std::string> uses;
  for (const Element& key : role->children(kMetadata, "KeyDescriptor")) {
    uses.push_back(key.attribute("use").value_or(""));
  }
  EXPECT_THAT(uses, testing::ElementsAre("signing", "signing", "encryption"));
  EXPECT_THAT(xml, HasSubstr(test::to_base64(us.signing_certificates[1])));
}

}  // namespace
}  // namespace leadkeep::saml
