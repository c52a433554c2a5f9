// The doors of a log-in at an identity provider: requests, the assertion consumer service, pages.
#include "house_with_doors.h"
#include "http/page.h"
#include "saml/corp.h"
#include "saml/vectors.h"

#include <leadkeep/crypto/es256.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/saml/reader.h>

#include <gmock/gmock.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kForm = "Content-Type: application/x-www-form-urlencoded\r\n";

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const std::byte octet{static_cast<unsigned char>(c)};
    out += is_alphanumeric(c) ? std::string{c} : "%" + to_hex({&octet, 1});
  }
  return out;
}

std::vector<SecretBytes> decryption_keys() {
  std::vector<SecretBytes> keys;
  keys.push_back(sp_key().pkcs8());
  return keys;
}

class SamlDoors : public HouseWithDoors {
 protected:
  SamlDoors() {
    store.clock().set(kNow);
    open_doors(sign_on, no_single_logout, no_oidc_sign_on, no_oidc_logout);
  }

  struct Asked {
    std::string cookie;  // name and value
    identity::SignOnRequest request;
    TestResponse response;
  };

  Asked ask(TestClient& c) {
    Asked asked;
    asked.response = c.ask("GET", "/v1/saml/login");
    const std::string set = asked.response.field("set-cookie");
    asked.cookie = set.substr(0, set.find(';'));
    asked.request = *sign_on.request_of(asked.cookie.substr(asked.cookie.find('=') + 1));
    return asked;
  }

  static std::string form(std::string_view posted, const Asked& asked) {
    return "SAMLResponse=" + url_encoded(posted) +
           "&RelayState=" + url_encoded(asked.request.relay_state);
  }

  static TestResponse post(TestClient& c, const std::string& body, const std::string& cookie) {
    return c.ask("POST", "/v1/saml/acs", std::string{kForm} + "Cookie: " + cookie + "\r\n", body);
  }

  void forget_failures() { throttle.succeeded("sign-on127.0.0.1", "127.0.0.1"); }

  saml::Reader reader{LEADKEEP_SAML_READER, decryption_keys()};
  flow::SamlService service = service_with_corp();
  std::function<void(saml::ResponseJob&)> adjust = [](saml::ResponseJob&) {};
  flow::SignOn sign_on{house,
                       &service,
                       [this](const saml::ResponseJob& job) {
                         saml::ResponseJob adjusted = job;
                         adjust(adjusted);
                         return reader.judge(adjusted);
                       },
                       sign_on_requests,
                       sign_on_answers,
                       throttle,
                       refuse};
};

TEST_F(HouseWithDoors, HasNoWayToAnIdentityProviderWhereNoneIsNamed) {
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/v1/saml/metadata").status, 404);
  EXPECT_EQ(c.ask("GET", "/v1/saml/login").status, 404);
  EXPECT_EQ(c.ask("POST", "/v1/saml/acs", kForm, "SAMLResponse=x&RelayState=y").status, 404);
}

TEST_F(SamlDoors, SendsTheBrowserToTheIdentityProviderAndLetsItKeepTheRequest) {
  auto c = client();
  const Asked asked = ask(c);
  EXPECT_EQ(asked.response.status, 303);
  EXPECT_THAT(asked.response.field("location"),
              StartsWith("https://idp.example.test/sso?SAMLRequest="));
  EXPECT_THAT(asked.response.field("set-cookie"),
              AllOf(StartsWith("__Host-sign-on="), HasSubstr("; SameSite=None; "),
                    HasSubstr("; HttpOnly; "), HasSubstr("; Secure; ")));
  EXPECT_EQ(asked.response.field("cache-control"), "no-store");
  EXPECT_EQ(c.ask("GET", "/v1/saml/login?provider=corp").status, 303);
  EXPECT_EQ(c.ask("GET", "/v1/saml/login?provider=other").status, 404);
  EXPECT_EQ(c.ask("GET", "/v1/saml/login?provider=corp&provider=corp").status, 400);
}

TEST_F(SamlDoors, PostsTheRequestFromAPageThatRunsNothingElse) {
  service.providers.at("corp").binding = flow::SamlProvider::Binding::kPost;
  auto c = client();
  const auto page = c.ask("GET", "/v1/saml/login");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.body, AllOf(HasSubstr("action=\"https://idp.example.test/sso\""),
                               HasSubstr("name=\"SAMLRequest\""), HasSubstr("name=\"RelayState\""),
                               HasSubstr("<button>")));
  const auto begin = page.body.find("<script>") + 8;
  const std::string script = page.body.substr(begin, page.body.find("</script>") - begin);
  EXPECT_THAT(
      page.field("content-security-policy"),
      HasSubstr("script-src 'sha256-" + to_base64(crypto::sha256({as_bytes(script)})) + "'"));
}

TEST_F(SamlDoors, ShowsMetadataToAnybody) {
  auto c = client();
  const auto shown = c.ask("GET", "/v1/saml/metadata");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.field("content-type"), "application/samlmetadata+xml");
  EXPECT_THAT(shown.body, AllOf(HasSubstr(kSp), HasSubstr(kAcs), HasSubstr("<ds:Signature")));
}

TEST_F(SamlDoors, SendsWhoIsProvenToOurOwnPage) {
  auto c = client();
  const Asked asked = ask(c);
  const auto taken = post(c, form(answering(asked.request).posted(), asked), asked.cookie);
  EXPECT_EQ(taken.status, 303) << taken.body;
  EXPECT_EQ(taken.field("location"), std::string{kOrigin} + "/");
  EXPECT_EQ(taken.field("cache-control"), "no-store");
  EXPECT_EQ(taken.field("set-cookie"), "") << "there is no session yet";
}

// Y-01: nothing that came from elsewhere decides where the browser goes.
TEST_F(SamlDoors, Cve2019_13038_ModAuthMellon_SendsNobodyToAnAddressOfSomebodyElse) {
  auto c = client();
  for (const std::string_view elsewhere :
       {"https://evil.example.test/", "http:evil.example.test", "///evil.example.test", "//x"}) {
    const Asked asked = ask(c);
    const auto refused = post(c,
                              "SAMLResponse=" + url_encoded(answering(asked.request).posted()) +
                                  "&RelayState=" + url_encoded(elsewhere),
                              asked.cookie);
    EXPECT_EQ(refused.status, 401) << elsewhere;
    EXPECT_EQ(refused.field("location"), "") << elsewhere;
    EXPECT_THAT(refused.body, Not(HasSubstr("evil")));
  }
}

TEST_F(SamlDoors, SaysNeverWhyAndAlwaysWhatToDoWithAReference) {
  auto c = client();
  const Asked asked = ask(c);
  Forger forger = answering(asked.request);
  forger.sign_assertion.reset();
  const auto refused = post(c, form(forger.posted(), asked), asked.cookie);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.field("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(refused.body,
              AllOf(HasSubstr(refused.field("x-request-id")), HasSubstr(std::string{kOrigin} + "/"),
                    Not(HasSubstr("S-01")), Not(HasSubstr("alice")), Not(HasSubstr("signed"))));
  EXPECT_EQ(trail().back().entry.reason, "S-01");
}

// A session needs a page of ours: the cookie comes with requests of other sites as well.
TEST_F(SamlDoors, OpensNoSessionForAProgram) {
  auto c = client();
  const Asked asked = ask(c);
  post(c, form(answering(asked.request).posted(), asked), asked.cookie);
  const auto opened =
      c.ask("POST", "/v1/sessions", "Cookie: " + asked.cookie + "\r\n", R"({"sign_on":true})");
  EXPECT_EQ(opened.status, 400);
  EXPECT_EQ(text(opened, "member"), "sign_on");
}

// T-01.
TEST_F(SamlDoors,
       Cve2025_31335_OpenSaml_Cve2026_18217_Keycloak_TakesOneAnswerInAFormAndNothingElse) {
  auto c = client();
  const Asked asked = ask(c);
  const std::string good = form(answering(asked.request).posted(), asked);
  for (const std::string& body :
       {good + "&SAMLResponse=x", good + "&RelayState=x", good + "&%53AMLResponse=x",
        good + "&SAMLRequest=x", good + "&SAMLart=x", good + "&SigAlg=x", good + "&Signature=x",
        good.substr(0, good.find('&')), good.substr(good.find('&') + 1), std::string{"x"},
        good + "&%ff=1", good + "&a=%"}) {
    EXPECT_EQ(post(c, body, asked.cookie).status, 400) << body.substr(body.size() - 20);
  }
  EXPECT_EQ(c.ask("POST", "/v1/saml/acs", "Cookie: " + asked.cookie + "\r\n", good).status, 415);
  EXPECT_EQ(c.ask("GET", "/v1/saml/acs?" + good.substr(0, 1000)).status, 405);
  EXPECT_EQ(post(c, good + "&submit=Continue", asked.cookie).status, 303)
      << "a form may have a button with a name";
  auto other = client();
  const std::string large(401 * 1024, 'A');
  EXPECT_EQ(post(other, "RelayState=x&SAMLResponse=" + large, asked.cookie).status, 413);
}

// Every vector once more, over TLS at the real door, judged by the real reader.
TEST_F(SamlDoors, JudgesEveryVectorAsItIsExpected) {
  service.providers.at("corp").provider.signing_keys.push_back(public_idp_ec_key());
  // The rules let in whoever the vectors name: who may is not the question here.
  auto& rules = service.providers.at("corp").rules;
  rules.directory = identity::DirectoryKind::kOpenLdap;
  std::size_t count = 0;
  for (const Vector& vector : all_vectors()) {
    auto c = client();
    const Asked asked = ask(c);
    adjust = [&](saml::ResponseJob& job) {
      job.question = {std::string{kRequest}, kNow - 30s, vector.asked_again};
      job.provider.accepts_cbc = vector.accepts_cbc;
      job.now = kNow;
    };
    const auto answer = post(c, form(vector.post(), asked), asked.cookie);
    const std::string reason = trail().empty() ? "" : trail().back().entry.reason;
    // Whom it proves has no id of a directory, so that nobody is let in, and nothing is kept.
    const std::string expected =
        vector.refused_by ? std::string{saml::id_of(*vector.refused_by)} : "no_directory_id";
    const bool too_long = answer.status == 413 && vector.refused_by == saml::Check::kT02;
    EXPECT_TRUE(too_long || (answer.status == 401 && reason == expected))
        << vector.name << ": " << answer.status << " " << reason << " for " << expected;
    forget_failures();
    store.clock().advance(1s);  // or the trail only counts what a stranger does
    ++count;
  }
  EXPECT_GE(count, 150u);
}

}  // namespace
}  // namespace leadkeep::test
