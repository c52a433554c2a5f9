// Metadata that somebody has to have signed (check K-02): nothing is read but what was.
#include "saml/signed_metadata.h"

#include <leadkeep/saml_judge/metadata.h>

#include <gtest/gtest.h>

namespace leadkeep::saml_judge {
namespace {

using test::metadata_key;
using test::MetadataDraft;
using test::signed_metadata;

std::vector<Bytes> pinned() {
  return {test::other_key().public_key(), metadata_key().public_key()};
}

std::string why_refused(const std::string& xml) {
  const auto keys = pinned();
  const auto read = read_metadata(xml, keys);
  return read ? "" : read.error().detail;
}

TEST(SignedMetadata, IsReadWhereAPinnedKeyHasSignedIt) {
  const auto keys = pinned();
  const auto read = read_metadata(signed_metadata({}), keys);
  ASSERT_TRUE(read.ok()) << read.error().detail;
  EXPECT_TRUE(read.value().is_signed);
  EXPECT_EQ(read.value().entity_id, test::kIdp);
  EXPECT_EQ(read.value().signing_keys.size(), 1u);
  EXPECT_EQ(read.value().sign_on.post, "https://idp.example.test/post");
}

TEST(SignedMetadata, IsReadLikeAnyOtherWhereNoKeyIsPinned) {
  EXPECT_FALSE(read_metadata(signed_metadata({})).value().is_signed);
  EXPECT_TRUE(read_metadata(signed_metadata({}, test::signing_with(test::sp_key()))).ok());
}

TEST(SignedMetadata, IsNothingWithoutASignature) {
  EXPECT_EQ(why_refused(MetadataDraft{}.xml()), "metadata: it is not signed");
}

// Its own key is in it; who could put it there could sign with it.
TEST(SignedMetadata, IsNotBelievedForAKeyThatItNamesItself) {
  EXPECT_EQ(why_refused(signed_metadata({}, test::Signing{})),
            "metadata: its signature: a signature that no key of this identity provider made");
}

TEST(SignedMetadata, IsNotBelievedOnceItWasChanged) {
  const std::string good = signed_metadata({});
  for (const auto& [from, to] : {std::pair{"/sso?t=1", "/sso?t=2"}, std::pair{"/slo", "/sl0"},
                                 std::pair{"use=\"signing\"", "use=\"encryption\""},
                                 std::pair{"ID=\"_metadata\"", "ID=\"_metadatb\""}}) {
    EXPECT_NE(why_refused(test::changed(good, from, to)), "") << from;
  }
}

// What is not signed of it is not read: a comment parts no text, and an element in front is none.
TEST(SignedMetadata, IsReadFromTheSignedOctetsAlone) {
  const auto keys = pinned();
  const std::string good = signed_metadata({});
  const auto commented = read_metadata(
      test::changed(good, "</ds:X509Certificate>", "<!-- --></ds:X509Certificate>"), keys);
  ASSERT_TRUE(commented.ok()) << commented.error().detail;
  EXPECT_EQ(commented.value().signing_keys[0].public_key, test::idp_key().public_key());
}

// The library takes the ID for what it is to look for (check R-02).
TEST(SignedMetadata, HasAPlainIdThatNothingElseHas) {
  const std::string good = signed_metadata({});
  const auto with_id = [&](const std::string& id) {
    return test::changed(test::changed(good, "ID=\"_metadata\"", "ID=\"" + id + "\""),
                         "URI=\"#_metadata\"", "URI=\"#" + id + "\"");
  };
  for (const std::string id : {"", "xpointer(//*)", "a b", "_metadata)"}) {
    EXPECT_NE(why_refused(with_id(id)).find("an id that is empty, too long or of other"),
              std::string::npos)
        << why_refused(with_id(id));
  }
  EXPECT_NE(why_refused(test::changed(good, "<md:SingleSignOnService ",
                                      "<md:SingleSignOnService ID=\"_metadata\" ")),
            "");
  EXPECT_NE(why_refused(test::changed(good, "<md:SingleSignOnService ",
                                      "<md:SingleSignOnService xml:id=\"_metadata\" ")),
            "");
}

TEST(SignedMetadata, HasToBeSignedAsAWhole) {
  MetadataDraft draft;
  draft.protocols += "\" ID=\"_role";
  std::string xml = test::canonical_metadata(draft);
  xml = test::changed(xml, R"(<md:IDPSSODescriptor protocolSupportEnumeration=)",
                      R"(<md:IDPSSODescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" )"
                      R"(protocolSupportEnumeration=)");
  const auto begin = xml.find("<md:IDPSSODescriptor");
  const std::string end = "</md:IDPSSODescriptor>";
  const std::string role = xml.substr(begin, xml.find(end) + end.size() - begin);
  const auto signing = test::signing_with(metadata_key());
  // In its place, and moved to where it would have to be.
  EXPECT_EQ(why_refused(test::signed_inside(xml, "md:IDPSSODescriptor", role, "_role", signing)),
            "metadata: it is not signed");
  EXPECT_EQ(why_refused(test::signed_inside(xml, "md:EntityDescriptor", role, "_role", signing)),
            "metadata: its signature: a reference that is not to the element around the signature");
}

TEST(SignedMetadata, HasOneSignatureOfAUsualKind) {
  const std::string good = signed_metadata({});
  const auto begin = good.find("<ds:Signature ");
  const std::string end = "</ds:Signature>";
  const std::string signature = good.substr(begin, good.find(end) + end.size() - begin);
  EXPECT_EQ(why_refused(std::string{good}.insert(begin, signature)),
            "metadata: its signature: two signatures of one element");
  auto signing = test::signing_with(metadata_key());
  signing.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
  EXPECT_NE(why_refused(signed_metadata({}, signing)), "");
  signing = test::signing_with(metadata_key());
  signing.digest = "http://www.w3.org/2000/09/xmldsig#sha1";
  EXPECT_NE(why_refused(signed_metadata({}, signing)), "");
  signing = test::signing_with(metadata_key());
  signing.uri = "";
  EXPECT_NE(why_refused(signed_metadata({}, signing)), "");
}

}  // namespace
}  // namespace leadkeep::saml_judge
