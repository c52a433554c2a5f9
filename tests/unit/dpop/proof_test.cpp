#include <leadkeep/dpop/holder.h>
#include <leadkeep/dpop/once.h>
#include <leadkeep/dpop/proof.h>
#include <leadkeep/jose/jwk.h>
#include <leadkeep/json/value.h>

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::dpop {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kOrigin = "https://inbox.example:8443";
constexpr ProvenRequest kRequest{"POST", "/v1/sessions"};
constexpr Timestamp kNow{1'764'000'000'000};

class DpopProof : public ::testing::Test {
 protected:
  [[nodiscard]] std::variant<Proofs::Accepted, Defect> verify(std::string_view proof,
                                                              Timestamp now = kNow) const {
    return proofs.verify(kRequest, proof, now);
  }

  [[nodiscard]] std::optional<Defect> defect_of(std::string_view proof,
                                                Timestamp now = kNow) const {
    const auto verified = verify(proof, now);
    const auto* defect = std::get_if<Defect>(&verified);
    return defect == nullptr ? std::nullopt : std::optional{*defect};
  }

  // A proof by `key` with these two objects.
  [[nodiscard]] static std::string sign(const crypto::Es256Key& key, const std::string& header,
                                        const std::string& payload) {
    std::string text = to_base64url(as_bytes(header)) + "." + to_base64url(as_bytes(payload));
    const auto signature = key.sign(as_bytes(text));
    return text.append(".").append(to_base64url(signature));
  }

  [[nodiscard]] std::string header() const {
    return R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" + jose::jwk_of(key.public_point()) + "}";
  }

  [[nodiscard]] std::string payload() const {
    return R"({"htm":"POST","htu":"https://inbox.example:8443/v1/sessions","jti":"a","iat":1,"nonce":")" +
           proofs.new_nonce(kNow) + "\"}";
  }

  static std::string changed(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }

  Proofs proofs{std::string{kOrigin}};
  crypto::Es256Key key = crypto::Es256Key::generate();
  Holder holder;
};

TEST_F(DpopProof, YieldsTheThumbprintOfTheKeyAndTheAgeOfTheNonce) {
  const auto verified = verify(holder.prove(kRequest, kOrigin, proofs.new_nonce(kNow - 30s), kNow));
  ASSERT_TRUE(std::holds_alternative<Proofs::Accepted>(verified));
  EXPECT_EQ(std::get<Proofs::Accepted>(verified).key, holder.thumbprint());
  EXPECT_EQ(std::get<Proofs::Accepted>(verified).nonce_issued, kNow - 30s);
  EXPECT_NE(holder.thumbprint(), Holder{}.thumbprint());
}

TEST_F(DpopProof, NamesTheTokenThatItIsSentWith) {
  ProvenRequest with = kRequest;
  with.token = as_bytes("a token");
  const std::string nonce = proofs.new_nonce(kNow);
  const auto verified = [&](const ProvenRequest& signed_for) {
    const auto outcome = proofs.verify(with, holder.prove(signed_for, kOrigin, nonce, kNow), kNow);
    const auto* defect = std::get_if<Defect>(&outcome);
    return defect == nullptr ? std::nullopt : std::optional{*defect};
  };
  EXPECT_EQ(verified(with), std::nullopt);
  EXPECT_EQ(verified(kRequest), Defect::kToken);
  ProvenRequest other = kRequest;
  other.token = as_bytes("another token");
  EXPECT_EQ(verified(other), Defect::kToken);
}

TEST(DpopOnce, TakesAProofOfAKeyOnceAsLongAsItsNonceLives) {
  Once once{300s};
  const Thumbprint key{std::byte{1}};
  const Thumbprint other{std::byte{2}};
  Timestamp now = kNow;
  EXPECT_EQ(once.take(key, "a", now), Seen::kFirstTime);
  EXPECT_EQ(once.take(key, "b", now), Seen::kFirstTime);
  EXPECT_EQ(once.take(other, "a", now), Seen::kFirstTime);
  for (int minute = 0; minute < 5; ++minute) {
    EXPECT_EQ(once.take(key, "a", now), Seen::kAgain) << minute;
    now = now + 1min;
    (void)once.take(other, std::to_string(minute), now);
  }
  EXPECT_EQ(once.take(key, "a", now - 1ms), Seen::kAgain);
}

TEST(DpopOnce, GivesNoKeyTheRoomOfTheOthers) {
  Once once{300s, 2, 10};
  const Thumbprint one{std::byte{1}};
  const Thumbprint other{std::byte{2}};
  EXPECT_EQ(once.take(one, "a", kNow), Seen::kFirstTime);
  EXPECT_EQ(once.take(one, "b", kNow), Seen::kFirstTime);
  EXPECT_EQ(once.take(one, "c", kNow), Seen::kFull);
  EXPECT_EQ(once.take(other, "c", kNow), Seen::kFirstTime);
}

TEST(DpopOnce, ForgetsWhatNoNonceLetsInAndRemembersNoMoreThanItMay) {
  Once once{300s, 10, 2};
  const Thumbprint key{};
  EXPECT_EQ(once.take(key, "a", kNow), Seen::kFirstTime);
  EXPECT_EQ(once.take(key, "b", kNow), Seen::kFirstTime);
  EXPECT_EQ(once.take(key, "c", kNow), Seen::kFull);
  EXPECT_EQ(once.take(key, "a", kNow), Seen::kAgain);
  EXPECT_EQ(once.take(key, "c", kNow + 10min), Seen::kFirstTime);
}

TEST_F(DpopProof, CountsForItsMethodItsPathAndItsOriginOnly) {
  const std::string nonce = proofs.new_nonce(kNow);
  for (const ProvenRequest& other :
       {ProvenRequest{"GET", "/v1/sessions"}, ProvenRequest{"post", "/v1/sessions"},
        ProvenRequest{"POST", "/v1/session"}, ProvenRequest{"POST", "/v1/sessions/"},
        ProvenRequest{"POST", ""}}) {
    EXPECT_EQ(defect_of(holder.prove(other, kOrigin, nonce, kNow)), Defect::kRequest);
  }
  for (const std::string_view other :
       {"https://inbox.example", "http://inbox.example:8443", "https://other.example:8443", "",
        "https://inbox.example:84430", "https://inbox.example:8443/"}) {
    EXPECT_EQ(defect_of(holder.prove(kRequest, other, nonce, kNow)), Defect::kRequest);
  }
}

TEST_F(DpopProof, MayNameTheQueryWhichIsNoPartOfTheAddress) {
  const std::string with_query = changed(payload(), "/v1/sessions\"", "/v1/sessions?a=b#c\"");
  EXPECT_EQ(defect_of(sign(key, header(), with_query)), std::nullopt);
}

TEST_F(DpopProof, TakesANonceOfOursForFiveMinutes) {
  const std::string nonce = proofs.new_nonce(kNow);
  const std::string proof = holder.prove(kRequest, kOrigin, nonce, kNow);
  EXPECT_EQ(defect_of(proof, kNow + 5min - 1ms), std::nullopt);
  EXPECT_EQ(defect_of(proof, kNow + 5min), Defect::kNonce);
  EXPECT_EQ(defect_of(proof, kNow - 1ms), Defect::kNonce) << "of the future";
  EXPECT_EQ(defect_of(holder.prove(kRequest, kOrigin, {}, kNow)), Defect::kNonce);
  const Proofs after_a_restart{std::string{kOrigin}};
  const auto verified = after_a_restart.verify(kRequest, proof, kNow);
  ASSERT_TRUE(std::holds_alternative<Defect>(verified));
  EXPECT_EQ(std::get<Defect>(verified), Defect::kNonce);
}

TEST_F(DpopProof, IsRefusedForEveryBitOfItThatIsAnother) {
  const std::string proof = holder.prove(kRequest, kOrigin, proofs.new_nonce(kNow), kNow);
  for (std::size_t i = 0; i < proof.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string other = proof;
      other[i] = static_cast<char>(other[i] ^ static_cast<char>(1U << bit));
      EXPECT_TRUE(defect_of(other)) << "character " << i;
    }
  }
}

TEST_F(DpopProof, IsRefusedForEveryCutAndEveryAddition) {
  const std::string proof = holder.prove(kRequest, kOrigin, proofs.new_nonce(kNow), kNow);
  for (std::size_t size = 0; size < proof.size(); ++size) {
    EXPECT_TRUE(defect_of(std::string_view{proof}.substr(0, size)));
  }
  for (const std::string_view more : {".", "A", "=", " ", ".A"}) {
    EXPECT_TRUE(defect_of(proof + std::string{more}));
  }
  EXPECT_EQ(defect_of(std::string(2049, 'a')), Defect::kTooLarge);
}

TEST_F(DpopProof, TakesNoOtherTypeAndNoOtherAlgorithm) {
  ASSERT_EQ(defect_of(sign(key, header(), payload())), std::nullopt);
  for (const std::string_view type : {"JWT", "DPOP+JWT", "dpop", ""}) {
    EXPECT_EQ(defect_of(sign(key, changed(header(), "dpop+jwt", type), payload())),
              Defect::kFormat);
  }
  for (const std::string_view algorithm : {"none", "HS256", "ES384", "RS256", "es256", "EdDSA"}) {
    EXPECT_EQ(defect_of(sign(key, changed(header(), "ES256", algorithm), payload())),
              Defect::kFormat);
  }
  EXPECT_EQ(defect_of(sign(key, changed(header(), "{", R"({"crit":["exp"],)"), payload())),
            Defect::kFormat);
}

TEST_F(DpopProof, NeedsAPublicKeyOfP256) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {R"("kty":"EC")", R"("kty":"OKP")"},
           {R"("crv":"P-256")", R"("crv":"P-384")"},
           {R"("crv":"P-256")", R"("d":"AA","crv":"P-256")"},
           {R"("x":")", R"("x":"AA)"},
           {R"("y":)", R"("z":)"},
           {R"("jwk":)", R"("kid":)"}}) {
    EXPECT_EQ(defect_of(sign(key, changed(header(), from, to), payload())), Defect::kKey) << from;
  }
}

TEST_F(DpopProof, TakesNoPointThatIsNotOnTheCurve) {
  crypto::P256Point point = key.public_point();
  point.y[31] ^= std::byte{1};
  const std::string off = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" + jose::jwk_of(point) + "}";
  EXPECT_EQ(defect_of(sign(key, off, payload())), Defect::kSignature);
  const std::string zero =
      R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" + jose::jwk_of(crypto::P256Point{}) + "}";
  EXPECT_EQ(defect_of(sign(key, zero, payload())), Defect::kSignature);
}

TEST_F(DpopProof, NeedsItsClaims) {
  for (const std::string_view name : {"htm", "htu", "jti", "iat", "nonce"}) {
    EXPECT_TRUE(defect_of(sign(key, header(), changed(payload(), name, "other")))) << name;
  }
  EXPECT_EQ(defect_of(sign(key, header(), changed(payload(), R"("jti":"a")", R"("jti":"")"))),
            Defect::kFormat);
  EXPECT_EQ(defect_of(sign(
                key, header(),
                changed(payload(), R"("jti":"a")", R"("jti":")" + std::string(129, 'a') + '"'))),
            Defect::kFormat);
  EXPECT_EQ(defect_of(sign(key, header(), changed(payload(), R"("iat":1)", R"("iat":"1")"))),
            Defect::kFormat);
  EXPECT_EQ(defect_of(sign(key, header(), "[]")), Defect::kFormat);
  EXPECT_EQ(defect_of(sign(key, header(), std::string(100, '['))), Defect::kFormat);
}

TEST_F(DpopProof, OfOneKeySignedByAnotherIsNone) {
  const auto other = crypto::Es256Key::generate();
  EXPECT_EQ(defect_of(sign(other, header(), payload())), Defect::kSignature);
}

// RFC 7638 has an example with RSA only; RFC 9449 section 6.1 has one of P-256.
TEST(Thumbprint, IsThatOfTheExampleInTheStandard) {
  const auto document = json::Document::parse(
      R"({"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"})",
      {.max_bytes = 1024});
  ASSERT_TRUE(document);
  const auto point = jose::point_of(document.value().root());
  ASSERT_TRUE(point);
  EXPECT_EQ(to_base64url(jose::thumbprint_of(*point)),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

}  // namespace
}  // namespace leadkeep::dpop
