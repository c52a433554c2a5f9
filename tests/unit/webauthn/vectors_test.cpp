// The examples of the standard. It leaves user verification to chance and mixes attestations; the
// product asks for the one and for none of the others, so each example has its own verdict.
#include "client_data.h"
#include "signed_parts.h"
#include "unit/crypto/crypto_test_support.h"

#include <leadkeep/crypto/hash.h>

#include <map>

#include <gtest/gtest.h>

namespace leadkeep::webauthn {
namespace {

using crypto::hex;

struct Verdicts {
  std::string_view created;
  std::string_view signed_in;  // with the key of the example, whether it would be enrolled or not
};

constexpr std::string_view kTaken = "taken";
constexpr std::string_view kUnverified = "passkey_user_not_verified";
constexpr std::string_view kForeign = "passkey_origin";
constexpr std::string_view kKey = "passkey_key";  // RSA of other than 2,048 bits as well
constexpr std::string_view kAttested = "passkey_attestation";

const std::map<std::string, Verdicts, std::less<>> kVerdicts{
    {"none.ES256", {kUnverified, kUnverified}},
    {"packed-self.ES256", {kTaken, kUnverified}},
    {"none.ES256.crossOrigin", {kForeign, kForeign}},
    {"none.ES256.topOrigin", {kForeign, kForeign}},
    {"none.ES256.long-credential-id", {kUnverified, kTaken}},
    {"packed.ES256", {kAttested, kTaken}},
    {"packed.ES384", {kKey, kKey}},
    {"packed.RS256", {kKey, kUnverified}},
    {"packed.EdDSA", {kUnverified, kUnverified}},
    {"fido-u2f.ES256", {kUnverified, kUnverified}},
};

template <class T>
std::string_view verdict_of(const Checked<T>& checked) {
  const auto* defect = std::get_if<Defect>(&checked);
  return defect == nullptr ? kTaken : name_of(*defect);
}

class Example {
 public:
  explicit Example(crypto::Vector values) : m_values{std::move(values)} {}

  [[nodiscard]] const std::string& name() const { return m_values.at("name"); }

  [[nodiscard]] std::string_view created() const {
    const std::string data = text("create_client_data");
    const auto read = read_client_data(m_party, Ceremony::kRegister, data);
    if (std::holds_alternative<Defect>(read)) {
      return verdict_of(read);
    }
    const auto hash = crypto::sha256({as_bytes(data)});
    return verdict_of(verify_attested({m_party, hash}, hex(m_values.at("attestation_object"))));
  }

  [[nodiscard]] std::string_view signed_in() const {
    const std::string data = text("get_client_data");
    const auto read = read_client_data(m_party, Ceremony::kLogIn, data);
    if (std::holds_alternative<Defect>(read)) {
      return verdict_of(read);
    }
    Assertion assertion;
    assertion.client_data_json = data;
    assertion.authenticator_data = hex(m_values.at("authenticator_data"));
    assertion.signature = hex(m_values.at("signature"));
    const auto hash = crypto::sha256({as_bytes(data)});
    return verdict_of(verify_signed({m_party, hash}, key(), assertion));
  }

 private:
  [[nodiscard]] std::string text(const char* name) const {
    return std::string{as_text(hex(m_values.at(name)))};
  }

  // The last 64 bytes of ES256's COSE key are x and y, with a head of three bytes between.
  [[nodiscard]] PublicKey key() const {
    const Bytes object = hex(m_values.at("attestation_object"));
    const ByteView head =
        as_bytes(std::string_view{"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10});
    const auto found = std::ranges::search(object, head);
    if (found.empty()) {
      return {};  // of another algorithm
    }
    PublicKey key{-7, Bytes{found.end(), found.end() + 32}};
    append(key.value, ByteView{found.end() + 35, 32});
    return key;
  }

  crypto::Vector m_values;
  RelyingParty m_party = RelyingParty::at("https://example.org").value();
};

TEST(WebAuthnExamples, HaveTheVerdictsOfThisProduct) {
  const auto vectors = crypto::read_vectors("w3c-webauthn/ceremonies.txt");
  ASSERT_EQ(vectors.size(), kVerdicts.size());
  for (const auto& vector : vectors) {
    const Example example{vector};
    const auto expected = kVerdicts.find(example.name());
    ASSERT_NE(expected, kVerdicts.end()) << example.name();
    EXPECT_EQ(example.created(), expected->second.created) << example.name();
    EXPECT_EQ(example.signed_in(), expected->second.signed_in) << example.name();
  }
}

}  // namespace
}  // namespace leadkeep::webauthn
