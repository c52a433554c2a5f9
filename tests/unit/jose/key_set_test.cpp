#include <leadkeep/crypto/es256.h>
#include <leadkeep/jose/jwk.h>
#include <leadkeep/jose/key_set.h>
#include <leadkeep/jose/signed_jwt.h>

#include <string>

#include <gtest/gtest.h>

namespace leadkeep::jose {
namespace {

using Verdict = KeySet::Verdict;

Verdict verdict_on(const std::string& jwks, std::string_view token) {
  const auto keys = KeySet::parse(R"({"keys":[)" + jwks + "]}");
  const auto jws = Jws::parse(token);
  EXPECT_TRUE(keys.ok() && jws.has_value());
  return keys.value().verify(*jws);
}

// RFC 7515 section A.2.1.
constexpr std::string_view kRsaOfRfc7515 =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";
constexpr std::string_view kSignedByIt =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    "."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJ"
    "dbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
    "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9"
    "383LcOLn6_dO--xi12jzDwusC-"
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIh"
    "WkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

// RFC 7515 section A.3.1.
constexpr std::string_view kEcOfRfc7515 =
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view kSignedByEc =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    "."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

TEST(KeySet, TakesThePublishedSignatureOfRsa) {
  const std::string token{kSignedByIt};
  EXPECT_EQ(verdict_on(std::string{kRsaOfRfc7515}, token), Verdict::kGood);
  std::string changed = token;
  changed[token.size() - 10] = changed[token.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(verdict_on(std::string{kRsaOfRfc7515}, changed), Verdict::kNoSuchKey);
}

TEST(KeySet, TakesThePublishedSignatureOfEcdsa) {
  EXPECT_EQ(verdict_on(std::string{kEcOfRfc7515}, kSignedByEc), Verdict::kGood);
}

class KeySetOfOurs : public ::testing::Test {
 protected:
  static std::string jwk(const std::string& more) {
    std::string text = jwk_of(key().public_numbers());
    text.pop_back();
    return text + "," + more + "}";
  }

  static const crypto::RsaPrivateKey& key() {
    static const auto made = crypto::RsaPrivateKey::generate(2048);
    return made;
  }

  static std::string token(const std::string& header) { return sign_rs256(key(), header, "{}"); }
};

TEST_F(KeySetOfOurs, VerifiesWithTheKeyThatTheHeaderNames) {
  const std::string set = std::string{kEcOfRfc7515} + "," + jwk(R"("kid":"a")");
  EXPECT_EQ(verdict_on(set, token(R"({"alg":"RS256","kid":"a"})")), Verdict::kGood);
  EXPECT_EQ(verdict_on(set, token(R"({"alg":"RS256"})")), Verdict::kGood);
  EXPECT_EQ(verdict_on(set, token(R"({"alg":"RS256","kid":"b"})")), Verdict::kNoSuchKey);
}

TEST_F(KeySetOfOurs, TakesNoKeyForAnAlgorithmThatIsNotItsOwn) {
  const auto header = R"({"alg":"RS256"})";
  EXPECT_EQ(verdict_on(jwk(R"("alg":"PS256")"), token(header)), Verdict::kNoSuchKey);
  EXPECT_EQ(verdict_on(jwk(R"("alg":"RS256")"), token(R"({"alg":"PS256"})")), Verdict::kNoSuchKey);
  EXPECT_EQ(verdict_on(jwk(R"("kid":"a")"), token(R"({"alg":"PS256","kid":"a"})")), Verdict::kBad);
  EXPECT_EQ(verdict_on(jwk(R"("kid":"a")"), token(R"({"alg":"PS256"})")), Verdict::kNoSuchKey);
  EXPECT_EQ(verdict_on(jwk(R"("use":"sig")"), token(R"({"alg":"ES256"})")), Verdict::kNoSuchKey);
}

TEST_F(KeySetOfOurs, TakesNoAlgorithmButFour) {
  for (const char* alg : {"none", "None", "HS256", "RS1", "RS384", "ES512", "RSA1_5", ""}) {
    EXPECT_EQ(verdict_on(jwk(R"("use":"sig")"), token(R"({"alg":")" + std::string{alg} + "\"}")),
              Verdict::kAlgorithm)
        << alg;
  }
  EXPECT_EQ(verdict_on(jwk(R"("use":"sig")"), token(R"({"alg":5})")), Verdict::kAlgorithm);
  EXPECT_EQ(verdict_on(jwk(R"("use":"sig")"), token("{}")), Verdict::kAlgorithm);
}

TEST_F(KeySetOfOurs, DoesNotLookAtKeysThatComeWithTheMessage) {
  const std::string own = jwk_of(key().public_numbers());
  for (const std::string& brought :
       {R"("jwk":)" + own, std::string{R"("jku":"https://evil.example/jwks")"},
        std::string{R"("x5u":"https://evil.example/c")"}, std::string{R"("x5c":["MIIB"])"}}) {
    EXPECT_EQ(verdict_on(std::string{kRsaOfRfc7515}, token(R"({"alg":"RS256",)" + brought + "}")),
              Verdict::kNoSuchKey)
        << brought;
  }
}

TEST_F(KeySetOfOurs, PassesOverKeysThatAreOfNoUseAndRefusesASetOfNoOthers) {
  const std::string useless[] = {jwk(R"("use":"enc")"),
                                 jwk(R"("d":"AQAB")"),
                                 R"({"kty":"oct","k":"c2VjcmV0"})",
                                 R"({"kty":"RSA","n":"AQAB","e":"AQAB"})",
                                 R"({"kty":"OKP","crv":"X25519","x":"AAAA"})",
                                 R"({"kty":"EC","crv":"P-521","x":"AAAA","y":"AAAA"})",
                                 "5",
                                 "null",
                                 "{}"};
  for (const std::string& one : useless) {
    EXPECT_FALSE(KeySet::parse(R"({"keys":[)" + one + "]}").ok()) << one;
    const auto set = KeySet::parse(R"({"keys":[)" + one + "," + jwk(R"("kid":"a")") + "]}");
    ASSERT_TRUE(set.ok()) << one;
    EXPECT_EQ(set.value().size(), 1u) << one;
  }
  std::string many = jwk(R"("kid":"a")");
  for (int i = 0; i < 64; ++i) {
    many += ",{}";
  }
  for (const std::string& none :
       {std::string{"{}"}, std::string{"[]"}, std::string{R"({"keys":{}})"},
        R"({"keys":[)" + many + "]}", std::string{"nonsense"}}) {
    EXPECT_FALSE(KeySet::parse(none).ok()) << none.substr(0, 40);
  }
}

// RFC 8037 sections A.2 and A.4.
TEST(KeySet, TakesThePublishedSignatureOfEd25519) {
  const std::string jwk =
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
  const auto key = json::Document::parse(jwk, {.max_bytes = jwk.size()});
  const auto parsed = key_of(key.value().root());
  ASSERT_TRUE(parsed.has_value());
  constexpr std::string_view kText = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const auto signature = from_base64url(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  EXPECT_EQ(crypto::verify_signature(crypto::SignatureAlgorithm::kEd25519, *parsed, as_bytes(kText),
                                     *signature),
            crypto::SignatureIs::kGood);
  EXPECT_EQ(crypto::verify_signature(crypto::SignatureAlgorithm::kEd25519, *parsed, as_bytes("x"),
                                     *signature),
            crypto::SignatureIs::kBad);
}

TEST(Jws, IsThreePartsOfExactBase64UrlAroundTwoObjects) {
  EXPECT_TRUE(Jws::parse("e30.e30.AA").has_value());
  for (const char* none : {"", ".", "..", "e30.e30", "e30.e30.", "e30.e30.AA.AA", "e30.e30.A",
                           "e30.e30.AB", "e30=.e30.AA", "W10.e30.AA", "e30.NQ.AA", "e30.e30.A+A"}) {
    EXPECT_FALSE(Jws::parse(none).has_value()) << none;
  }
}

TEST(Jwk, HasTheThumbprintOfRfc7638) {
  const std::string text =
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB"})";
  const auto document = json::Document::parse(text, {.max_bytes = text.size()});
  const auto number = [&](const char* name) {
    return *from_base64url(*document.value().root()[name].string());
  };
  EXPECT_EQ(to_base64url(thumbprint_of(crypto::RsaPublicNumbers{number("n"), number("e")})),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

}  // namespace
}  // namespace leadkeep::jose
