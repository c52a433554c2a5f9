#include "saml/forger.h"
#include "saml/vectors.h"

#include <leadkeep/saml_judge/judge.h>

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::saml_judge {
namespace {

using saml::Check;
using saml::id_of;
using saml::Identity;
using saml::IdentityProvider;
using saml::Judgement;
using saml::kSkew;
using saml::Question;
using saml::ServiceProvider;
using test::Forger;
using test::Vector;

IdentityProvider idp() {
  return {
      std::string{test::kIdp}, {test::public_idp_ec_key(), test::idp_key().public_key()}, false};
}

ServiceProvider sp() {
  return {std::string{test::kSp}, std::string{test::kAcs}};
}

// The one that the vectors encrypt to is the second.
const std::vector<crypto::RsaPrivateKey>& decryption_keys() {
  static const auto keys = [] {
    std::vector<crypto::RsaPrivateKey> made;
    made.push_back(crypto::RsaPrivateKey::generate(2048));
    made.push_back(crypto::RsaPrivateKey::parse(test::sp_key().pkcs8()).value());
    return made;
  }();
  return keys;
}

Question question() {
  return {std::string{test::kRequest}, test::kNow - std::chrono::seconds{30}, false};
}

Judgement judge(std::string_view posted) {
  return judge_response(posted, idp(), sp(), decryption_keys(), question(), test::kNow);
}

std::string describe(const Judgement& judgement) {
  if (!judgement.refusal) {
    return "accepted";
  }
  return std::string{id_of(judgement.refusal->check)} + ": " + std::string{judgement.refusal->why};
}

class SamlVector : public testing::TestWithParam<Vector> {};

TEST_P(SamlVector, IsJudgedAsExpected) {
  const Vector& vector = GetParam();
  IdentityProvider provider = idp();
  provider.accepts_cbc = vector.accepts_cbc;
  Question asked = question();
  asked.asked_again = vector.asked_again;
  const auto judgement =
      judge_response(vector.post(), provider, sp(), decryption_keys(), asked, test::kNow);
  ASSERT_EQ(judgement.identity.has_value(), !judgement.refusal.has_value());
  if (!vector.refused_by) {
    ASSERT_TRUE(judgement.identity.has_value()) << describe(judgement);
    EXPECT_EQ(judgement.identity->name_id.value.expose(), "alice");
  } else {
    ASSERT_TRUE(judgement.refusal.has_value());
    EXPECT_EQ(id_of(judgement.refusal->check), id_of(*vector.refused_by)) << describe(judgement);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SamlVector, testing::ValuesIn(test::all_vectors()),
                         [](const auto& vector) { return vector.param.name; });

TEST(SamlVectors, AreNamedOnceAndBreakEveryCheck) {
  std::set<Check> refused_by;
  std::set<std::string> names;
  for (const Vector& vector : test::all_vectors()) {
    EXPECT_TRUE(names.insert(vector.name).second) << vector.name;
    if (vector.refused_by) {
      refused_by.insert(*vector.refused_by);
    }
  }
  EXPECT_GE(names.size(), 150u);
  // Every check but those that only a fault of the library can break.
  for (const Check check : saml::checks_of_response()) {
    if (check != Check::kS06 && check != Check::kS07) {
      EXPECT_TRUE(refused_by.contains(check)) << id_of(check);
    }
  }
}

TEST(SamlResponse, YieldsWhatTheIdentityProviderSigned) {
  const auto judgement = judge(Forger{}.posted());
  ASSERT_TRUE(judgement.identity.has_value()) << describe(judgement);
  const Identity& identity = *judgement.identity;
  EXPECT_EQ(identity.name_id.value.expose(), "alice");
  EXPECT_EQ(identity.name_id.format, "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");
  EXPECT_EQ(identity.session_index, "_s1");
  EXPECT_EQ(identity.authn_context,
            "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport");
  EXPECT_EQ(identity.authenticated, test::kNow - std::chrono::seconds{2});
  EXPECT_EQ(identity.assertion_id, "_assertion");
  EXPECT_EQ(identity.assertion_ends, test::kNow + std::chrono::seconds{300} + kSkew);
  EXPECT_FALSE(identity.session_ends.has_value());
  ASSERT_EQ(identity.attributes.size(), 1u);
  EXPECT_EQ(identity.attributes[0].name, "groups");
  ASSERT_EQ(identity.attributes[0].values.size(), 2u);
  EXPECT_EQ(identity.attributes[0].values[1].expose(), "admins");
}

TEST(SamlResponse, NotesEveryCheckThatHeld) {
  Forger forger;
  forger.sign_response = test::Signing{};
  forger.wrap = [](const std::string& assertion) {
    return test::encrypted(assertion, {}, test::sp_key());
  };
  Question asked = question();
  asked.asked_again = true;
  const auto judgement =
      judge_response(forger.posted(), idp(), sp(), decryption_keys(), asked, test::kNow);
  ASSERT_TRUE(judgement.identity.has_value()) << describe(judgement);
  EXPECT_THAT(judgement.held, testing::UnorderedElementsAreArray(saml::checks_of_response()));
}

TEST(SamlResponse, IsRefusedWithoutAKeyOfTheIdentityProvider) {
  IdentityProvider provider = idp();
  provider.signing_keys.clear();
  const auto judgement =
      judge_response(Forger{}.posted(), provider, sp(), decryption_keys(), question(), test::kNow);
  ASSERT_TRUE(judgement.refusal.has_value());
  EXPECT_EQ(judgement.refusal->check, Check::kS05);
}

TEST(SamlResponse, IsRefusedWhereTheRequestHasNoId) {
  Forger forger;
  forger.response["InResponseTo"] = "";
  forger.subject.replace(forger.subject.find(test::kRequest), test::kRequest.size(), "");
  const auto judgement = judge_response(forger.posted(), idp(), sp(), decryption_keys(),
                                        {{}, test::kNow, false}, test::kNow);
  ASSERT_TRUE(judgement.refusal.has_value());
  EXPECT_EQ(judgement.refusal->check, Check::kP05);
}

}  // namespace
}  // namespace leadkeep::saml_judge
