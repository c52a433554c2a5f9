// Vulnerabilities of other SAML implementations, by their numbers: what was possible there is refused
// here. Those of doors and of metadata are in unit/api/sign_on_test.cpp and metadata_test.cpp.
#include "saml/forger.h"
#include "saml/vectors.h"

#include <leadkeep/saml_judge/judge.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::saml_judge {
namespace {

struct Vulnerability {
  std::string name;                  // number, product, class
  std::vector<std::string> vectors;  // messages of this class
};

std::ostream& operator<<(std::ostream& out, const Vulnerability& vulnerability) {
  return out << vulnerability.name;
}

const std::vector<std::string> kWrappings{"Xsw1ResponseInsideTheSignature",
                                          "Xsw2ResponseBesideADetachedSignature",
                                          "Xsw3EvilAssertionBeforeTheSigned",
                                          "Xsw4SignedAssertionInsideTheEvil",
                                          "Xsw5EvilAssertionWithTheSignatureAndOriginalBehind",
                                          "Xsw6OriginalInsideTheSignatureOfTheEvil",
                                          "Xsw7EvilAssertionInExtensions",
                                          "Xsw8OriginalInAnObjectOfTheSignature"};

std::vector<Vulnerability> all() {
  return {
      {"Cve2021_28091_Lasso_SecondUnsignedAssertion",
       {"EvilAssertionBehindTheSigned", "EncryptedAndPlainAssertion", "TwoAssertionsOfTheSameId"}},
      {"Cve2022_41912_CrewjamSaml_SecondUnsignedAssertion",
       {"EvilAssertionBehindTheSigned", "Xsw3EvilAssertionBeforeTheSigned"}},
      {"Cve2023_36661_XmlTooling_FetchesWhatIsNamed",
       {"KeyInfoFromElsewhere", "KeyFromElsewhere", "ContentFromElsewhere", "ReferenceToTheNetwork",
        "ReferenceToAFile"}},
      {"Cve2024_45409_RubySaml_DigestFromAnotherPlace",
       {"SignedAssertionInStatusDetail", "SignatureInSubject",
        "Xsw8OriginalInAnObjectOfTheSignature", "Xsw7EvilAssertionInExtensions"}},
      {"Cve2025_25291_RubySaml_DoctypeReadInTwoWays",
       {"Doctype", "ExternalEntity", "ParameterEntity", "DoctypeThatDeclaresAnId"}},
      {"Cve2025_25292_RubySaml_NamespacesReadInTwoWays",
       {"UnboundPrefix", "UndeclaredDefaultNamespace", "ElementWithoutNamespace",
        "PartOfASignatureInAnotherNamespace"}},
      {"Cve2025_25293_RubySaml_LargeMessages", {"TooLong", "TooLongInBase64"}},
      {"Cve2025_54572_RubySaml_LargeBase64", {"TooLongInBase64"}},
      {"Cve2025_66567_RubySaml_NamespacesReadInTwoWaysStill",
       {"UnboundPrefix", "UndeclaredDefaultNamespace"}},
      {"Cve2025_66568_RubySaml_VoidCanonicalisation",
       {"RelativeNamespace", "NoC14n", "EmptyDigestValue"}},
      {"Cve2025_29774_XmlCrypto_SeveralSignedInfos", {"TwoSignedInfos", "TwoSignatureValues"}},
      {"Cve2025_29775_XmlCrypto_CommentInDigestValue",
       {"CommentInDigestValue", "CommentInSignatureValue"}},
      {"Cve2025_47949_Samlify_OneSignedAnotherUsed", kWrappings},
      {"Cve2025_46572_PassportWsfedSaml2_Wrapping", kWrappings},
      {"Cve2025_54369_NodeSaml_ReadsFromTheUnsignedOriginal",
       {"UnsignedAssertionBehindAGoodSignatureOfAnEmptyResponse",
        "AnotherDestinationInASignedResponse", "AnotherName"}},
      {"Cve2025_54419_NodeSaml_ReadsFromTheUnsignedOriginal",
       {"SignatureOfTheOtherAssertion", "AnAttributeMore", "AnElementMore"}},
      {"Cve2024_8698_Keycloak_DecidesByThePlaceOfTheSignature",
       {"SignatureOfTheAssertionOnTheResponse", "ReferenceToTheResponse",
        "SignatureOfTheOtherAssertion"}},
      {"Cve2025_23369_GitHub_EntityInAnId", {"IdWithAnEntity", "ExternalEntity", "UnknownEntity"}},
      {"Cve2024_6800_GitHub_Wrapping", kWrappings},
      {"Cve2024_9487_GitHub_EncryptedAssertionBypass",
       {"EncryptedUnsigned", "EncryptedAssertionWithoutAnySignature", "EncryptedWrapping"}},
      {"Cve2024_4985_GitHub_EncryptedAssertionBypass",
       {"EncryptedAssertionWithoutAnySignature", "EncryptedAndTampered",
        "TwoAssertionsEncryptedAsOne"}},
      {"Vu475445_CommentThatCutsTheName", {"CommentInNameId", "Cdata", "ProcessingInstruction"}},
  };
}

saml::Judgement judge(const test::Vector& vector) {
  static const auto keys = [] {
    std::vector<crypto::RsaPrivateKey> made;
    made.push_back(crypto::RsaPrivateKey::parse(test::sp_key().pkcs8()).value());
    return made;
  }();
  const saml::IdentityProvider provider{
      std::string{test::kIdp}, {test::idp_key().public_key()}, vector.accepts_cbc};
  const saml::Question question{std::string{test::kRequest}, test::kNow - std::chrono::seconds{30},
                                vector.asked_again};
  return judge_response(vector.post(), provider, {std::string{test::kSp}, std::string{test::kAcs}},
                        keys, question, test::kNow);
}

class SamlVulnerability : public testing::TestWithParam<Vulnerability> {};

TEST_P(SamlVulnerability, IsRefused) {
  const auto vectors = test::all_vectors();
  for (const std::string& name : GetParam().vectors) {
    const auto vector = std::ranges::find(vectors, name, &test::Vector::name);
    ASSERT_NE(vector, vectors.end()) << name << " is no vector";
    const auto judgement = judge(*vector);
    EXPECT_FALSE(judgement.identity.has_value()) << name;
    EXPECT_TRUE(judgement.refusal.has_value()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SamlVulnerability, testing::ValuesIn(all()),
                         [](const auto& vulnerability) { return vulnerability.param.name; });

}  // namespace
}  // namespace leadkeep::saml_judge
