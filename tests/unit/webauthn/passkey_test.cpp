// What a passkey answers: taken when all of it is right, and refused for each thing that is not.
#include "soft_authenticator.h"

#include <leadkeep/webauthn/assertion.h>
#include <leadkeep/webauthn/challenges.h>
#include <leadkeep/webauthn/registration.h>

#include <type_traits>

#include <gtest/gtest.h>

namespace leadkeep::webauthn {
namespace {

using test::SoftAuthenticator;
using Algorithm = SoftAuthenticator::Algorithm;

constexpr Timestamp kNow{1'780'000'000'000};

// Nothing is verified whose challenge was not looked at.
static_assert(!std::is_default_constructible_v<AnsweredChallenge>);
static_assert(!std::is_constructible_v<AnsweredChallenge, RelyingParty, ByteArray<32>, Timestamp>);

RelyingParty inbox() {
  return RelyingParty::at("https://inbox.example:8443").value();
}

class Passkey : public ::testing::Test {
 protected:
  Challenges challenges{inbox()};
  SoftAuthenticator device{"https://inbox.example:8443", "inbox.example"};
  const Purpose enrol{Ceremony::kRegister, "session"};
  const Purpose log_in{Ceremony::kLogIn, {}};

  Checked<NewPasskey> registered(const SoftAuthenticator& from) {
    return checked(from.make(challenges.issue(enrol, kNow)));
  }

  Checked<NewPasskey> checked(const Registration& registration) {
    const auto answered = challenges.redeem(enrol, registration.client_data_json, kNow);
    if (const auto* defect = std::get_if<Defect>(&answered)) {
      return *defect;
    }
    return verify_registration(std::get<AnsweredChallenge>(answered), registration);
  }

  Checked<AuthenticatorState> checked(const Assertion& assertion, const PublicKey& key) {
    const auto answered = challenges.redeem(log_in, assertion.client_data_json, kNow);
    if (const auto* defect = std::get_if<Defect>(&answered)) {
      return *defect;
    }
    return verify_assertion(std::get<AnsweredChallenge>(answered), key, assertion);
  }

  Assertion signed_by(SoftAuthenticator& from) { return from.sign(challenges.issue(log_in, kNow)); }
};

template <class T>
std::string_view outcome(const Checked<T>& checked) {
  const auto* defect = std::get_if<Defect>(&checked);
  return defect == nullptr ? "taken" : name_of(*defect);
}

TEST_F(Passkey, IsEnrolledAndSignsInWithEveryAlgorithmThatIsAskedFor) {
  for (const auto algorithm : {Algorithm::kEs256, Algorithm::kEdDsa, Algorithm::kRs256}) {
    SoftAuthenticator made{"https://inbox.example:8443", "inbox.example", algorithm};
    const auto enrolled = registered(made);
    ASSERT_EQ(outcome(enrolled), "taken") << static_cast<int>(algorithm);
    const auto& passkey = std::get<NewPasskey>(enrolled);
    EXPECT_EQ(passkey.credential_id, made.credential_id);
    EXPECT_EQ(passkey.key.algorithm, static_cast<std::int32_t>(algorithm));
    EXPECT_EQ(outcome(checked(signed_by(made), passkey.key)), "taken");
    EXPECT_EQ(outcome(checked(signed_by(device), passkey.key)), "passkey_signature")
        << "of another key";
  }
}

TEST_F(Passkey, MayAttestWithItsOwnKeyAndWithNoOther) {
  const Bytes challenge = challenges.issue(enrol, kNow);
  device.attest_itself(challenge);
  EXPECT_EQ(outcome(checked(device.make(challenge))), "taken");
  EXPECT_EQ(outcome(registered(device)), "passkey_signature") << "of another challenge";
  device.format = "none";
  EXPECT_EQ(outcome(registered(device)), "passkey_attestation") << "a statement where none is";
  for (const char* format : {"tpm", "fido-u2f", "apple", "android-key", "packe", ""}) {
    device.format = format;
    EXPECT_EQ(outcome(registered(device)), "passkey_attestation") << format;
  }
}

TEST_F(Passkey, OfAnotherPageIsRefused) {
  const auto key = std::get<NewPasskey>(registered(device)).key;
  for (const char* origin :
       {"https://inbox.example", "http://inbox.example:8443", "https://inbox.example:8443/",
        "https://inbox.example.evil.example:8443", "https://evil.example", "null", ""}) {
    device.origin = origin;
    EXPECT_EQ(outcome(checked(signed_by(device), key)), "passkey_origin") << origin;
    EXPECT_EQ(outcome(registered(device)), "passkey_origin") << origin;
  }
}

TEST_F(Passkey, OfAPageInsideAnotherOneIsRefused) {
  for (const char* extra : {R"(,"crossOrigin":true)", R"(,"crossOrigin":"false")",
                            R"(,"topOrigin":"https://evil.example")"}) {
    device.client_data_extra = extra;
    EXPECT_EQ(outcome(registered(device)), "passkey_origin") << extra;
  }
  device.client_data_extra = R"(,"another member":"as browsers add them")";
  EXPECT_EQ(outcome(registered(device)), "taken");
}

TEST_F(Passkey, OfAnotherPartyIsRefused) {
  const auto key = std::get<NewPasskey>(registered(device)).key;
  device.party = "evil.example";
  EXPECT_EQ(outcome(checked(signed_by(device), key)), "passkey_relying_party");
  EXPECT_EQ(outcome(registered(device)), "passkey_relying_party");
}

TEST_F(Passkey, WhoseUserWasNotVerifiedIsRefused) {
  const auto key = std::get<NewPasskey>(registered(device)).key;
  for (const int flags : {0x00, 0x01, 0x04}) {
    device.flags = static_cast<std::uint8_t>(flags);
    EXPECT_EQ(outcome(checked(signed_by(device), key)), "passkey_user_not_verified") << flags;
    EXPECT_EQ(outcome(registered(device)), "passkey_user_not_verified") << flags;
  }
}

TEST_F(Passkey, ThatIsBackedUpAndCannotBeIsRefused) {
  device.flags = 0x15;
  EXPECT_EQ(outcome(registered(device)), "passkey_backup_state");
  device.flags = 0x1d;
  const auto enrolled = registered(device);
  ASSERT_EQ(outcome(enrolled), "taken");
  EXPECT_EQ(std::get<NewPasskey>(enrolled).state.backup, AuthenticatorState::Backup::kDone);
}

TEST_F(Passkey, IsRefusedWhereAnyBitOfWhatItSignedIsAnother) {
  const auto key = std::get<NewPasskey>(registered(device)).key;
  const Assertion good = signed_by(device);
  ASSERT_EQ(outcome(checked(good, key)), "taken");
  for (std::size_t bit = 0; bit < good.authenticator_data.size() * 8; ++bit) {
    Assertion bad = good;
    bad.authenticator_data[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    EXPECT_NE(outcome(checked(bad, key)), "taken") << bit;
  }
  for (std::size_t bit = 0; bit < good.signature.size() * 8; ++bit) {
    Assertion bad = good;
    bad.signature[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    EXPECT_NE(outcome(checked(bad, key)), "taken") << bit;
  }
  Assertion bad = good;
  bad.client_data_json += ' ';
  EXPECT_EQ(outcome(checked(bad, key)), "passkey_signature");
}

TEST_F(Passkey, IsRefusedWhereItsDataIsCutOrLonger) {
  const auto key = std::get<NewPasskey>(registered(device)).key;
  const Assertion good = signed_by(device);
  for (std::size_t size = 0; size < good.authenticator_data.size(); ++size) {
    Assertion bad = good;
    bad.authenticator_data.resize(size);
    EXPECT_NE(outcome(checked(bad, key)), "taken") << size;
  }
  Assertion bad = good;
  bad.authenticator_data.push_back(std::byte{});
  EXPECT_EQ(outcome(checked(bad, key)), "passkey_signature");
  bad.authenticator_data.resize(1025);
  EXPECT_EQ(outcome(checked(bad, key)), "passkey_too_large");
}

TEST_F(Passkey, IsNotEnrolledFromAnObjectThatIsCutOrLonger) {
  const Registration good = device.make(challenges.issue(enrol, kNow));
  ASSERT_EQ(outcome(checked(good)), "taken");
  for (std::size_t size = 0; size < good.attestation_object.size(); ++size) {
    Registration bad = good;
    bad.attestation_object.resize(size);
    EXPECT_NE(outcome(checked(bad)), "taken") << size;
  }
  Registration bad = good;
  bad.attestation_object.push_back(std::byte{0xa0});
  EXPECT_EQ(outcome(checked(bad)), "passkey_attestation");
  bad.attestation_object.resize(8 * 1024 + 1);
  EXPECT_EQ(outcome(checked(bad)), "passkey_too_large");
}

TEST_F(Passkey, HasAnIdOfOneTo1023Bytes) {
  for (const auto& [size, expected] : {std::pair{std::size_t{0}, "passkey_attestation"},
                                       {std::size_t{1}, "taken"},
                                       {kMaxCredentialId, "taken"},
                                       {kMaxCredentialId + 1, "passkey_attestation"}}) {
    device.credential_id.assign(size, std::byte{7});
    EXPECT_EQ(outcome(registered(device)), expected) << size;
  }
}

TEST_F(Passkey, AnswersAChallengeOfItsOwnCeremonyOnly) {
  const Bytes challenge = challenges.issue(log_in, kNow);
  const std::string answer = device.sign(challenge).client_data_json;
  EXPECT_EQ(outcome(challenges.redeem(log_in, answer, kNow)), "taken");
  EXPECT_EQ(outcome(challenges.redeem({Ceremony::kStepUp, {}}, answer, kNow)), "passkey_challenge");
  EXPECT_EQ(outcome(challenges.redeem({Ceremony::kLogIn, "session"}, answer, kNow)),
            "passkey_challenge");
  EXPECT_EQ(outcome(challenges.redeem(enrol, answer, kNow)), "passkey_client_data")
      << "webauthn.get, not create";
}

TEST_F(Passkey, AnswersWithinFiveMinutes) {
  using std::chrono::milliseconds;
  const std::string answer = device.sign(challenges.issue(log_in, kNow)).client_data_json;
  const Timestamp last = kNow + Challenges::kLife - milliseconds{1};
  EXPECT_EQ(outcome(challenges.redeem(log_in, answer, last)), "taken");
  EXPECT_EQ(outcome(challenges.redeem(log_in, answer, last + milliseconds{1})),
            "passkey_challenge");
  EXPECT_EQ(outcome(challenges.redeem(log_in, answer, kNow - milliseconds{1})),
            "passkey_challenge");
}

TEST_F(Passkey, AnswersNoChallengeThatWeDidNotMake) {
  const Bytes good = challenges.issue(log_in, kNow);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    EXPECT_EQ(outcome(challenges.redeem(log_in, device.sign(bad).client_data_json, kNow)),
              "passkey_challenge")
        << bit;
  }
  EXPECT_EQ(outcome(challenges.redeem(log_in, device.sign({}).client_data_json, kNow)),
            "passkey_challenge");
  const Challenges of_another_process{inbox()};
  EXPECT_EQ(outcome(of_another_process.redeem(log_in, device.sign(good).client_data_json, kNow)),
            "passkey_challenge");
}

TEST_F(Passkey, IsRefusedWithClientDataThatIsNone) {
  for (const std::string& data : {std::string{}, std::string{"{"}, std::string{"[]"},
                                  std::string{"null"}, std::string{"{}"}, std::string(3000, '[')}) {
    EXPECT_EQ(outcome(challenges.redeem(log_in, data, kNow)), "passkey_client_data");
  }
  EXPECT_EQ(outcome(challenges.redeem(log_in, std::string(5000, ' '), kNow)), "passkey_too_large");
}

TEST(RelyingParty, IsANameAndItsOrigin) {
  EXPECT_EQ(inbox().id(), "inbox.example");
  EXPECT_EQ(inbox().origin(), "https://inbox.example:8443");
  EXPECT_EQ(RelyingParty::at("https://localhost").value().id(), "localhost");
  for (const char* origin :
       {"", "https://", "http://inbox.example", "https://Inbox.example", "https://inbox.example/",
        "https://inbox.example:443", "https://inbox.example:0", "https://inbox.example:08",
        "https://inbox.example:", "https://inbox.example:65536", "https://192.0.2.7",
        "https://[2001:db8::1]", "https://inbox..example", "https://inbox.example.",
        "https://-inbox.example", "https://in box", "https://user@inbox.example"}) {
    EXPECT_FALSE(RelyingParty::at(origin).ok()) << origin;
  }
}

}  // namespace
}  // namespace leadkeep::webauthn
