// A browser at the API: its cookies, the proof of its key, and pages that are not ours.
#include "house_with_doors.h"

#include <leadkeep/dpop/holder.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using identity::Role;

class BrowserAtTheApi : public HouseWithDoors {
 protected:
  // The fields of a request from a page of ours.
  std::string fields_of(std::string_view verb, std::string_view path, const dpop::Holder& by,
                        const std::string& more = {}) {
    return "DPoP: " + proof_of(verb, path, by) + "\r\nSec-Fetch-Site: same-origin\r\n" +
           cookie_field() + more;
  }

  std::string proof_of(std::string_view verb, std::string_view path, const dpop::Holder& by) {
    return by.prove({verb, path}, kOrigin, nonce, store.clock().now());
  }

  [[nodiscard]] std::string cookie_field() const {
    return cookie.empty() ? "" : "Cookie: " + cookie + "\r\n";
  }

  // Keeps what a browser keeps.
  TestResponse kept(TestResponse response) {
    if (const auto fresh = response.field("dpop-nonce"); !fresh.empty()) {
      nonce = fresh;
    }
    if (const auto set = response.field("set-cookie"); !set.empty()) {
      cookie = set.substr(0, set.find(';'));
    }
    return response;
  }

  TestResponse ask(std::string_view verb, const std::string& path, std::string_view body = {}) {
    return kept(c.ask(verb, path, fields_of(verb, path, holder), body));
  }

  static std::string log_in_body(const std::string& name) {
    return R"({"username":")" + name + R"(","password":")" + std::string{kPassword} +
           R"(","cookie":true})";
  }

  void sign_in_here(const std::string& name = "anna") {
    sign_in(name, {Role::kAgent});
    ASSERT_EQ(text(ask("POST", "/v1/sessions", log_in_body(name)), "code"), "use_dpop_nonce");
    const auto opened = ask("POST", "/v1/sessions", log_in_body(name));
    ASSERT_EQ(opened.status, 201) << opened.body;
  }

  std::string nonce;
  std::string cookie;
  dpop::Holder holder;
  TestClient c = client();
};

TEST_F(BrowserAtTheApi, SignsInWithTheNonceItIsGivenAndNeverSeesTheToken) {
  sign_in("anna", {Role::kAgent});
  const auto first = ask("POST", "/v1/sessions", log_in_body("anna"));
  EXPECT_EQ(first.status, 401);
  EXPECT_EQ(first.field("www-authenticate"), R"(DPoP algs="ES256", error="use_dpop_nonce")");
  EXPECT_FALSE(first.field("dpop-nonce").empty());
  const auto opened = ask("POST", "/v1/sessions", log_in_body("anna"));
  ASSERT_EQ(opened.status, 201) << opened.body;
  EXPECT_EQ(text(opened, "token"), "");
  EXPECT_EQ(opened.body.find(cookie.substr(cookie.find('=') + 1)), std::string::npos);
  EXPECT_EQ(opened.field("set-cookie"), cookie + "; Path=/; Secure; HttpOnly; SameSite=Strict");
  EXPECT_EQ(ask("GET", "/v1/session").status, 200);
}

TEST_F(BrowserAtTheApi, IsGivenANewNonceBeforeTheOldOneIsOver) {
  sign_in_here();
  store.clock().advance(59s);
  EXPECT_EQ(ask("GET", "/v1/session").field("dpop-nonce"), "");
  store.clock().advance(1s);
  const std::string before = nonce;
  EXPECT_NE(ask("GET", "/v1/session").field("dpop-nonce"), "");
  EXPECT_NE(nonce, before);
  store.clock().advance(5min);
  EXPECT_EQ(text(ask("GET", "/v1/session"), "code"), "use_dpop_nonce");
  EXPECT_EQ(ask("GET", "/v1/session").status, 200);
}

TEST_F(BrowserAtTheApi, IsGivenOneNonceAlsoWhereItSendsABody) {
  sign_in_here();
  store.clock().advance(1min);
  const auto refused = ask("POST", "/v1/session/step-up", R"({"password":"another one"})");
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_NE(refused.field("dpop-nonce"), "");
  EXPECT_EQ(refused.field("dpop-nonce").find('\n'), std::string::npos);
}

TEST_F(BrowserAtTheApi, CookieWithoutAProofOpensNothing) {
  sign_in_here();
  const auto without = c.ask("GET", "/v1/session", cookie_field());
  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(text(without, "code"), "invalid_dpop_proof");
  EXPECT_EQ(ask("GET", "/v1/session").status, 200) << "as any page may make a browser send it";
}

TEST_F(BrowserAtTheApi, CookieWithTheProofOfAnotherKeyEndsTheSession) {
  sign_in_here();
  const dpop::Holder thief;
  const auto answer = c.ask("GET", "/v1/session", fields_of("GET", "/v1/session", thief));
  EXPECT_EQ(text(answer, "code"), "unauthenticated");
  EXPECT_EQ(text(ask("GET", "/v1/session"), "code"), "unauthenticated");
}

TEST_F(BrowserAtTheApi, ProofOfAnotherRequestIsNone) {
  sign_in_here();
  for (const auto& [verb, path] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/v1/conversations"}, {"DELETE", "/v1/session"}, {"GET", "/v1/session/"}}) {
    const auto answer = c.ask("GET", "/v1/session", fields_of(verb, path, holder));
    EXPECT_EQ(text(answer, "code"), "invalid_dpop_proof") << verb << path;
  }
}

// Cross-site request forgery: a page of somebody else, in the browser of an agent.
TEST_F(BrowserAtTheApi, PageOfAnotherOriginGetsNothingEvenWithAProof) {
  sign_in_here();
  for (const std::string& site :
       {std::string{"cross-site"}, std::string{"same-site"}, std::string{"none"}, std::string{}}) {
    const auto answer = c.ask("DELETE", "/v1/session",
                              "DPoP: " + proof_of("DELETE", "/v1/session", holder) +
                                  "\r\nSec-Fetch-Site: " + site + "\r\n" + cookie_field());
    EXPECT_EQ(text(answer, "code"), "forbidden") << site;
  }
  for (const std::string_view origin : {"https://evil.example", "null", "https://inbox.example",
                                        "https://inbox.example:8443.evil"}) {
    const auto answer = c.ask(
        "DELETE", "/v1/session",
        fields_of("DELETE", "/v1/session", holder, "Origin: " + std::string{origin} + "\r\n"));
    EXPECT_EQ(text(answer, "code"), "forbidden") << origin;
  }
  const auto ours =
      c.ask("DELETE", "/v1/session",
            fields_of("DELETE", "/v1/session", holder, "Origin: " + std::string{kOrigin} + "\r\n"));
  EXPECT_EQ(ours.status, 204);
}

TEST_F(BrowserAtTheApi, PageOfAnotherOriginSignsNobodyIn) {
  sign_in("anna", {Role::kAgent});
  static_cast<void>(ask("POST", "/v1/sessions", log_in_body("anna")));
  const auto forged = c.ask(
      "POST", "/v1/sessions",
      "Sec-Fetch-Site: cross-site\r\nDPoP: " + proof_of("POST", "/v1/sessions", holder) + "\r\n",
      log_in_body("anna"));
  EXPECT_EQ(text(forged, "code"), "forbidden");
  EXPECT_EQ(forged.field("set-cookie"), "");
}

TEST_F(BrowserAtTheApi, SignsOutAndTheCookieIsDropped) {
  sign_in_here();
  const std::string before = cookie;
  const auto left = ask("DELETE", "/v1/session");
  EXPECT_EQ(left.status, 204);
  EXPECT_EQ(left.field("set-cookie"),
            "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
  EXPECT_EQ(left.field("clear-site-data"), "\"cache\"");
  cookie = before;
  EXPECT_EQ(text(ask("GET", "/v1/session"), "code"), "unauthenticated");
}

TEST_F(BrowserAtTheApi, DropsTheCookieWithEverythingThatEndsTheSessionThatAsks) {
  sign_in_here();
  EXPECT_NE(ask("DELETE", "/v1/sessions").field("set-cookie").find("Max-Age=0"), std::string::npos);
  const auto again = ask("POST", "/v1/sessions", log_in_body("anna"));
  ASSERT_EQ(again.status, 201) << again.body;
  const auto listed = parse(ask("GET", "/v1/sessions"));
  const std::string own{listed.root()["items"].at(0)["id"].string().value_or("?")};
  const auto ended = ask("DELETE", "/v1/sessions/" + own);
  EXPECT_EQ(ended.status, 204);
  EXPECT_NE(ended.field("set-cookie").find("Max-Age=0"), std::string::npos);
}

TEST_F(BrowserAtTheApi, StepUpReplacesTheCookie) {
  sign_in_here();
  const std::string before = cookie;
  const auto proven =
      ask("POST", "/v1/session/step-up", R"({"password":")" + std::string{kPassword} + "\"}");
  ASSERT_EQ(proven.status, 201) << proven.body;
  EXPECT_EQ(text(proven, "token"), "");
  EXPECT_NE(cookie, before);
  EXPECT_EQ(ask("GET", "/v1/session").status, 200);
}

TEST_F(BrowserAtTheApi, FollowsEventsWithItsCookie) {
  sign_in_here();
  auto stream = client();
  stream.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n" +
              fields_of("GET", "/v1/events", holder) + "\r\n");
  ASSERT_EQ(stream.receive_head().status, 200);
  ASSERT_TRUE(stream.receive_until(": connected"));
  receive_one();
  EXPECT_TRUE(stream.receive_until("data: "));
}

TEST_F(BrowserAtTheApi, TokenThatAProgramSendsGoesBeforeACookie) {
  sign_in_here();
  const auto token = token_field_of("bert", {Role::kAgent});
  const auto shown = c.ask("GET", "/v1/session", token + cookie_field());
  const auto document = parse(shown);
  EXPECT_EQ(document.root()["agent"]["username"].string(), "bert");
}

TEST_F(BrowserAtTheApi, FieldThatMayStandOnceIsRefusedTwice) {
  sign_in_here();
  const std::string fields = fields_of("GET", "/v1/session", holder);
  for (const std::string& more :
       {cookie_field(), "DPoP: " + proof_of("GET", "/v1/session", holder) + "\r\n",
        std::string{"Sec-Fetch-Site: same-origin\r\n"}}) {
    auto other = client();
    EXPECT_EQ(other.ask("GET", "/v1/session", fields + more).status, 400) << more;
  }
}

TEST_F(BrowserAtTheApi, AsksForACookieWithTrueOrFalse) {
  const auto wrong =
      c.ask("POST", "/v1/sessions", {}, R"({"username":"anna","password":"x","cookie":"yes"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(text(wrong, "member"), "cookie");
  sign_in("anna", {Role::kAgent});
  const auto own_token =
      c.ask("POST", "/v1/sessions", {},
            R"({"username":"anna","password":")" + std::string{kPassword} + R"(","cookie":false})");
  EXPECT_NE(text(own_token, "token"), "");
}

}  // namespace
}  // namespace leadkeep::test
