#include "saml/change.h"
#include "saml/logout_draft.h"

#include <leadkeep/saml/logout.h>
#include <leadkeep/saml/signed_query.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::saml {
namespace {

using test::changed;
using test::kSlo;
using test::LogoutDraft;
using test::QueryDraft;
using testing::HasSubstr;

std::vector<Bytes> idp_keys() {
  return {test::other_key().public_key(), test::idp_key().public_key()};
}

QueryDraft a_query() {
  QueryDraft query = test::query_with(LogoutDraft{});
  query.relay_state = "a b+c/ä";
  return query;
}

// Nothing if it is taken.
std::optional<Errc> refusal_of(std::string_view query) {
  const auto parsed = SignedQuery::parse(query);
  if (!parsed) {
    return parsed.error().code;
  }
  const auto xml = parsed.value().open(idp_keys());
  return xml ? std::nullopt : std::optional{xml.error().code};
}

TEST(SignedQuery, GivesTheXmlThatOneOfTheKeysHasSigned) {
  const auto query = SignedQuery::parse(a_query().text());
  ASSERT_TRUE(query.ok()) << query.error().detail;
  EXPECT_EQ(query.value().kind(), LogoutKind::kRequest);
  EXPECT_EQ(query.value().relay_state(), "a b+c/ä");
  const auto xml = query.value().open(idp_keys());
  ASSERT_TRUE(xml.ok()) << xml.error().detail;
  EXPECT_EQ(xml.value(), LogoutDraft{}.xml());
  EXPECT_FALSE(query.value().open(std::vector<Bytes>{test::other_key().public_key()}).ok());
  EXPECT_FALSE(query.value().open({}).ok());
}

TEST(SignedQuery, ReadsWhatIsWrittenHere) {
  const LogoutRequest request{"_r",
                              test::kNow,
                              "https://idp.example.test/slo?a=b",
                              "us",
                              {Pii<std::string>{"<ä>"}, "f", "q", "s"},
                              "_s"};
  const std::string url = redirect_to(request, test::idp_key());
  ASSERT_THAT(url, HasSubstr("https://idp.example.test/slo?a=b&SAMLRequest="));
  const auto query = SignedQuery::parse(url.substr(url.find('&') + 1));
  ASSERT_TRUE(query.ok()) << query.error().detail;
  const auto xml = query.value().open(idp_keys());
  ASSERT_TRUE(xml.ok()) << xml.error().detail;
  EXPECT_THAT(xml.value(),
              HasSubstr(R"(Format="f" NameQualifier="q" SPNameQualifier="s">&lt;ä&gt;)"));
  EXPECT_THAT(xml.value(), HasSubstr("<samlp:SessionIndex>_s</samlp:SessionIndex>"));
  EXPECT_THAT(xml.value(), HasSubstr(R"(NotOnOrAfter="2026-11-24T15:56:18Z")"));
}

TEST(SignedQuery, TakesParametersInAnyOrder) {
  const std::string text = a_query().text();
  const auto at = text.find("&Signature=");
  EXPECT_EQ(refusal_of(text.substr(at + 1) + "&" + text.substr(0, at)), std::nullopt);
}

TEST(SignedQuery, TakesRsaAndEcdsaWithSha2Alone) {
  QueryDraft query = a_query();
  for (const auto& [name, digest] :
       {std::pair{"sha384", "SHA384"}, std::pair{"sha512", "SHA512"}}) {
    query.algorithm = std::string{"http://www.w3.org/2001/04/xmldsig-more#rsa-"} + name;
    query.digest = digest;
    EXPECT_EQ(refusal_of(query.text()), std::nullopt) << name;
  }
  query.algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
  query.digest = "SHA1";
  EXPECT_EQ(refusal_of(query.text()), Errc::kInvalidInput);
  query.algorithm = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
  EXPECT_EQ(refusal_of(query.text()), Errc::kUnauthenticated) << "by a key of RSA";

  query.algorithm = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
  const std::string text = query.unsigned_text();
  const auto signature = test::idp_ec_key().sign(as_bytes(text));
  const auto parsed =
      SignedQuery::parse(text + "&Signature=" + test::percent_encoded(test::to_base64(signature)));
  ASSERT_TRUE(parsed.ok()) << parsed.error().detail;
  EXPECT_TRUE(parsed.value().open(std::vector<Bytes>{test::public_idp_ec_key()}).ok());
}

// What was verified and what was read were two parameters.
TEST(SignedQuery, Cve2025_27773_SimpleSamlPhp_RefusesAParameterThatStandsTwiceHoweverItIsSpelled) {
  const std::string text = a_query().text();
  for (const std::string_view more :
       {"&SAMLRequest=eA%3d%3d", "&%53AMLRequest=eA%3d%3d", "&%53%41MLRequest=eA%3d%3d",
        "&RelayState=x", "&Relay%53tate=x", "&SigAlg=x", "&Signature=eA%3d%3d", "&SAMLResponse=x",
        "&%53AMLResponse=x", "&x=y", "&", "&=", "&SAMLEncoding=x"}) {
    EXPECT_EQ(refusal_of(text + std::string{more}), Errc::kInvalidInput) << more;
    EXPECT_EQ(refusal_of(std::string{more}.substr(1) + "&" + text), Errc::kInvalidInput) << more;
  }
}

TEST(SignedQuery, RefusesWhatHasBeenChangedOrIsNotWhole) {
  const std::string text = a_query().text();
  EXPECT_EQ(refusal_of(changed(text, "RelayState=a", "RelayState=b")), Errc::kUnauthenticated);
  EXPECT_EQ(refusal_of(changed(text, "a%20b", "a+b")), Errc::kUnauthenticated)
      << "the octets are signed, not what they mean";
  EXPECT_EQ(refusal_of(changed(text, "SAMLRequest", "SAMLResponse")), Errc::kUnauthenticated);
  for (const std::string_view part : {"SAMLRequest", "SigAlg", "Signature"}) {
    const auto begin = text.find(std::string{part} + "=");
    const auto end = std::min(text.find('&', begin), text.size());
    std::string less = text;
    less.erase(begin, end - begin + 1);
    EXPECT_EQ(refusal_of(less), Errc::kInvalidInput) << part;
  }
  EXPECT_EQ(refusal_of(a_query().text(test::sp_key())), Errc::kUnauthenticated);
  EXPECT_EQ(refusal_of(a_query().unsigned_text()), Errc::kInvalidInput);
  EXPECT_EQ(refusal_of(""), Errc::kInvalidInput);
  EXPECT_EQ(refusal_of(text + std::string(8 * 1024, 'x')), Errc::kInvalidInput);
  EXPECT_EQ(refusal_of(changed(text, "%20", "%2x")), Errc::kInvalidInput);
}

TEST(SignedQuery, Cve2025_25293_RubySaml_UnpacksNoMoreThanItSays) {
  QueryDraft query;
  query.message = test::deflated(std::string(SignedQuery::kMaxXml, 'x'));
  EXPECT_EQ(refusal_of(query.text()), Errc::kTooLarge) << "a thousand times what was sent";
  std::string mixed;
  for (int i = 0; mixed.size() <= SignedQuery::kMaxXml; ++i) {
    mixed += std::to_string(i % 300) + std::string(30, 'x');
  }
  query.message = test::deflated(mixed);
  EXPECT_EQ(refusal_of(query.text()), Errc::kTooLarge);
  query.message = test::deflated(mixed.substr(0, SignedQuery::kMaxXml));
  EXPECT_EQ(refusal_of(query.text()), std::nullopt);
  query.message = "this is no DEFLATE";
  EXPECT_EQ(refusal_of(query.text()), Errc::kTooLarge);
  query.message = test::deflated("<a/>").substr(0, 3);
  EXPECT_EQ(refusal_of(query.text()), Errc::kTooLarge) << "cut off";
  query.message = test::deflated("<a/>") + "more";
  EXPECT_EQ(refusal_of(query.text()), Errc::kTooLarge) << "with something behind";
}

}  // namespace
}  // namespace leadkeep::saml
