// leadkeepctl saml selftest: what it makes of a response, in front of the real judge.
#include "ctl/saml/attacks.h"

#include "saml/forger.h"

#include <leadkeep/saml_judge/judge.h>

#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::ctl {
namespace {

using test::Forger;
using testing::IsSupersetOf;

saml::ResponseJob job_of(const Forger& forger) {
  return {forger.posted(),
          {std::string{test::kIdp}, {test::idp_key().public_key()}, false},
          {std::string{test::kSp}, std::string{test::kAcs}},
          {std::string{test::kRequest}, test::kNow - std::chrono::seconds{30}, false},
          test::kNow};
}

// "" if it is accepted.
std::string refusal_of(const saml::ResponseJob& job) {
  static const auto keys = [] {
    std::vector<crypto::RsaPrivateKey> made;
    made.push_back(crypto::RsaPrivateKey::parse(test::sp_key().pkcs8()).value());
    return made;
  }();
  const auto judgement =
      saml_judge::judge_response(job.posted, job.provider, job.us, keys, job.question, job.now);
  return judgement.refusal ? std::string{saml::id_of(judgement.refusal->check)} : "";
}

// By the names of the attacks.
std::map<std::string, std::string> refusals_of_attacks_on(const Forger& forger) {
  const auto job = job_of(forger);
  EXPECT_EQ(refusal_of(job), "");
  std::map<std::string, std::string> refusals;
  for (const Attack& attack : attacks_on(job)) {
    const std::string refusal = refusal_of(attack.job);
    EXPECT_NE(refusal, "") << attack.name;
    EXPECT_TRUE(refusals.emplace(attack.name, refusal).second) << attack.name;
  }
  return refusals;
}

TEST(Attacks, AreRefusedByTheChecksThatAreThereForThem) {
  const auto refusals = refusals_of_attacks_on(Forger{});
  EXPECT_GE(refusals.size(), 35u);
  EXPECT_THAT(refusals,
              IsSupersetOf(std::map<std::string, std::string>{
                  {"no signature is left", "S-01"},
                  {"another person in the signed assertion", "S-05"},
                  {"a comment inside the name", "B-03"},
                  {"a DTD with an entity", "B-03"},
                  {"a byte order mark", "B-01"},
                  {"two responses in one", "B-04"},
                  {"a forged assertion in front of the signed one", "R-04"},
                  {"a forged assertion behind the signed one", "R-04"},
                  {"the signed assertion inside a forged one", "R-03"},
                  {"a forged assertion inside the signed one", "R-03"},
                  {"the signed assertion as an object of a forged one's signature", "R-03"},
                  {"a forged assertion among the extensions", "R-03"},
                  {"the signed response inside a forged one", "R-03"},
                  {"two elements of one id", "R-02"},
                  {"signed with SHA-1", "S-03"},
                  {"signed with a shared secret", "S-03"},
                  {"a transform that chooses what is signed", "S-04"},
                  {"a signature of the whole document", "S-04"},
                  {"the status of a failure", "P-04"},
                  {"characters behind the base64", "T-02"},
                  {"as the answer to another request", "P-05"},
                  {"a day later", "P-01"},
                  {"at another service of the company", "A-04"},
                  {"as one of another identity provider", "P-02"},
                  {"signed by a key that was not confirmed", "S-05"},
                  {"for a step-up, from a log-in before it", "A-08"}}));
}

TEST(Attacks, AreMadeOfSignedResponsesTooWhateverTheirPrefixes) {
  Forger forger;
  forger.sign_response = test::Signing{};
  EXPECT_GE(refusals_of_attacks_on(forger).size(), 35u);
  forger.sign_assertion.reset();
  EXPECT_GE(refusals_of_attacks_on(forger).size(), 33u);
}

TEST(Attacks, AreMadeAroundAnEncryptedAssertion) {
  Forger forger;
  forger.sign_response = test::Signing{};
  forger.wrap = [](const std::string& assertion) {
    return test::encrypted(assertion, {}, test::sp_key());
  };
  const auto refusals = refusals_of_attacks_on(forger);
  EXPECT_EQ(refusals.at("a second encrypted assertion"), "R-04");
  EXPECT_FALSE(refusals.contains("another person in the signed assertion"));
  EXPECT_TRUE(refusals.contains("other ciphertext"));
}

}  // namespace
}  // namespace leadkeep::ctl
