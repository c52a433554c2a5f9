#include "saml/metadata.h"

#include "saml/change.h"

#include <leadkeep/crypto/certificate.h>
#include <leadkeep/saml_judge/metadata.h>

#include <gtest/gtest.h>

namespace leadkeep::saml_judge {
namespace {

using test::key_descriptor;
using test::kMetadataEnds;
using test::kNow;
using test::MetadataDraft;
using test::service;

std::string why_refused(const std::string& xml) {
  const auto read = read_metadata(xml);
  return read ? "" : read.error().detail;
}

TEST(Metadata, SaysNameKeysAndAddresses) {
  const auto read = read_metadata(MetadataDraft{}.xml());
  ASSERT_TRUE(read.ok()) << read.error().detail;
  const auto& metadata = read.value();
  EXPECT_EQ(metadata.entity_id, "https://idp.example.test/metadata");
  ASSERT_EQ(metadata.signing_keys.size(), 1u);
  EXPECT_EQ(metadata.signing_keys[0].public_key, test::idp_key().public_key());
  EXPECT_EQ(metadata.signing_keys[0].certificate_ends, kMetadataEnds);
  EXPECT_EQ(metadata.signing_keys[0].certificate_sha256.size(), 32u);
  EXPECT_EQ(metadata.sign_on.redirect, "https://idp.example.test/sso?t=1");
  EXPECT_EQ(metadata.sign_on.post, "https://idp.example.test/post");
  EXPECT_EQ(metadata.logout.redirect, "https://idp.example.test/slo");
  EXPECT_FALSE(metadata.logout.post.has_value());
  EXPECT_FALSE(metadata.valid_until.has_value());
}

TEST(Metadata, SaysWhereAnswersToALogoutGoIfThatIsElsewhere) {
  EXPECT_EQ(read_metadata(MetadataDraft{}.xml()).value().logout_answers, std::nullopt);
  MetadataDraft draft;
  draft.services.insert(draft.services.find("/>"),
                        R"( ResponseLocation="https://idp.example.test/answers")");
  EXPECT_EQ(read_metadata(draft.xml()).value().logout_answers, "https://idp.example.test/answers");
  draft.services = test::changed(draft.services, "https://idp.example.test/answers", "http://x");
  EXPECT_EQ(why_refused(draft.xml()), "metadata: an address that is no https URL");
}

TEST(Metadata, MayHaveAByteOrderMarkADeclarationAndComments) {
  MetadataDraft draft;
  draft.before =
      "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- of the university -->\n";
  draft.services.insert(0, "<!-- no logout -->");
  EXPECT_EQ(why_refused(draft.xml()), "");
}

TEST(Metadata, SaysUntilWhenItIsGood) {
  MetadataDraft draft;
  draft.entity += R"( validUntil="2026-11-24T15:51:18Z")";
  const auto read = read_metadata(draft.xml());
  ASSERT_TRUE(read.ok()) << read.error().detail;
  EXPECT_EQ(read.value().valid_until, kNow);
  draft.entity = R"(entityID="https://idp" validUntil="tomorrow")";
  EXPECT_EQ(why_refused(draft.xml()), "metadata: validUntil is no time in UTC");
}

TEST(Metadata, SaysWhenItIsToBeReadAnew) {
  MetadataDraft draft;
  draft.entity += R"( cacheDuration="PT6H")";
  EXPECT_EQ(read_metadata(draft.xml()).value().cache_duration, std::chrono::hours{6});
  draft.entity = R"(entityID="https://idp" cacheDuration="often")";
  EXPECT_EQ(read_metadata(draft.xml()).value().cache_duration, std::nullopt) << "it is a hint";
}

// People compare it line by line.
TEST(Metadata, HasANameWithoutControlCharacters) {
  MetadataDraft draft;
  draft.entity = R"(entityID="https://idp&#10;  signs with  another")";
  EXPECT_NE(why_refused(draft.xml()), "");
}

// Of the role too (section 2.4.1).
TEST(Metadata, IsGoodAsLongAsTheShorterOfWhatItSaysOfItselfAndOfItsRole) {
  MetadataDraft draft;
  draft.entity += R"( validUntil="2026-11-24T15:51:18Z" cacheDuration="PT1H")";
  draft.protocols += R"(" validUntil="2026-11-24T15:51:17Z" cacheDuration="PT2H)";
  const auto read = read_metadata(draft.xml());
  ASSERT_TRUE(read.ok()) << read.error().detail;
  EXPECT_EQ(read.value().valid_until, kNow - std::chrono::seconds{1});
  EXPECT_EQ(read.value().cache_duration, std::chrono::hours{1});
}

// K-03. There a missing use switched verification off.
TEST(Metadata, Cve2026_16443_Keycloak_TakesAKeyWithoutUseForOneThatSigns) {
  MetadataDraft draft;
  draft.keys = key_descriptor(test::idp_key(), "");
  const auto read = read_metadata(draft.xml());
  ASSERT_TRUE(read.ok()) << read.error().detail;
  EXPECT_EQ(read.value().signing_keys.size(), 1u);
}

TEST(Metadata, LeavesOutKeysThatDoNotSign) {
  MetadataDraft draft;
  draft.keys += key_descriptor(test::other_key(), R"( use="encryption")");
  const auto read = read_metadata(draft.xml());
  ASSERT_TRUE(read.ok()) << read.error().detail;
  EXPECT_EQ(read.value().signing_keys.size(), 1u);
  draft.keys = key_descriptor(test::other_key(), R"( use="encryption")");
  EXPECT_EQ(why_refused(draft.xml()), "metadata: no signing key");
}

TEST(Metadata, CountsAKeyInTwoCertificatesOnce) {
  MetadataDraft draft;
  draft.keys += key_descriptor(test::idp_key(), "") + key_descriptor(test::other_key(), "");
  const auto read = read_metadata(draft.xml());
  ASSERT_TRUE(read.ok()) << read.error().detail;
  EXPECT_EQ(read.value().signing_keys.size(), 2u);
}

TEST(Metadata, HasAtMostFourSigningKeys) {
  MetadataDraft draft;
  draft.keys.clear();
  for (int i = 0; i < 5; ++i) {
    draft.keys += key_descriptor(crypto::RsaPrivateKey::generate(2048), "");
  }
  EXPECT_EQ(why_refused(draft.xml()), "metadata: more than four signing keys");
}

TEST(Metadata, IsRefusedWithASigningKeyThatCannotBeRead) {
  for (const std::string info :
       {"",
        "<ds:KeyInfo "
        "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:KeyName>k</ds:KeyName></ds:KeyInfo>",
        "<ds:KeyInfo "
        "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>AAAA"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"}) {
    MetadataDraft draft;
    draft.keys += "<md:KeyDescriptor>" + info + "</md:KeyDescriptor>";
    EXPECT_NE(why_refused(draft.xml()).find("a signing key without a certificate"),
              std::string::npos)
        << info;
  }
}

TEST(Metadata, NamesOnlyAddressesThatAreSafeToSendABrowserTo) {
  for (const std::string location :
       {"http://idp.example.test/sso", "https://", "javascript:alert(1)", "https://idp/ sso",
        "https://idp/\xc3\xa9", "https://idp/&quot;onload", "https://idp/#x", ""}) {
    MetadataDraft draft;
    draft.services = service("SingleSignOnService", "HTTP-Redirect", location);
    EXPECT_EQ(why_refused(draft.xml()), "metadata: an address that is no https URL") << location;
  }
}

TEST(Metadata, NeedsASignOnServiceThatABrowserReaches) {
  MetadataDraft draft;
  draft.services = service("SingleSignOnService", "SOAP", "https://idp.example.test/sso");
  EXPECT_EQ(why_refused(draft.xml()),
            "metadata: no SingleSignOnService by HTTP-Redirect or HTTP-POST");
}

TEST(Metadata, IsOfOneIdentityProviderForSaml2) {
  MetadataDraft draft;
  draft.protocols = "urn:oasis:names:tc:SAML:1.1:protocol";
  EXPECT_NE(why_refused(draft.xml()).find("not exactly one IDPSSODescriptor"), std::string::npos);
  draft = MetadataDraft{};
  draft.behind =
      "<md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>";
  EXPECT_NE(why_refused(draft.xml()).find("not exactly one IDPSSODescriptor"), std::string::npos);
  EXPECT_NE(why_refused("<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>")
                .find("save that of your identity provider alone"),
            std::string::npos);
  EXPECT_EQ(why_refused("<html/>"), "metadata: no EntityDescriptor of SAML 2.0");
  draft = MetadataDraft{};
  draft.entity = R"(entityID="")";
  EXPECT_NE(why_refused(draft.xml()).find("entityID"), std::string::npos);
}

TEST(Metadata, IsRefusedWithADtd) {
  MetadataDraft draft;
  draft.before = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>";
  EXPECT_EQ(why_refused(draft.xml()), "metadata: not UTF-8, or with a DTD");
  draft.before = "<!-- <!DOCTYPE x> -->";
  EXPECT_EQ(why_refused(draft.xml()), "metadata: not UTF-8, or with a DTD");
  EXPECT_EQ(why_refused("\xff"), "metadata: not UTF-8, or with a DTD");
  EXPECT_EQ(why_refused("<a>"), "metadata: not well-formed XML");
  EXPECT_EQ(why_refused(std::string(saml::kMaxMetadata + 1, ' ')), "metadata: larger than 384 KiB");
}

}  // namespace
}  // namespace leadkeep::saml_judge
