// A program whose TLS ends at a proxy: it signs what it asks, and the proxy proves nothing for it.
#include "house_with_doors.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/dpop/holder.h>

#include <gmock/gmock.h>

namespace leadkeep::test {
namespace {

using clients::State;
using flow::ManageClients;
using identity::Role;
using std::chrono::minutes;
using ::testing::HasSubstr;

constexpr std::string_view kProxyOrigin = "https://api.example";

class ProgramsBehindAProxy : public HouseWithDoors {
 protected:
  ProgramsBehindAProxy() {
    proxy = {{*Network::parse("127.0.0.1/32")}, std::string{kProxyOrigin}};
    open_doors_for(api::Pages::kWithCertificate);
    id = approved("crm", holder, {});
  }

  // A client whose key is that of the holder, as if it had enrolled with it.
  ClientId approved(const std::string& name, const dpop::Holder& who,
                    std::vector<Network> networks) {
    auto draft = draft_of_client(name, clients::every_right());
    draft.networks = std::move(networks);
    return approved_program(draft, crypto::sha256({who.public_key()}));
  }

  // The field of a proof, with the newest nonce.
  std::string proof(const dpop::Holder& who, std::string_view verb, std::string_view path,
                    const std::string& token = {}) {
    const dpop::ProvenRequest request{
        verb, path, token.empty() ? std::nullopt : std::optional{as_bytes(token)}};
    return "DPoP: " + who.prove(request, kProxyOrigin, nonce, store.clock().now()) + "\r\n";
  }

  TestResponse send(std::string_view verb, std::string_view path, const std::string& fields,
                    const std::string& body = {}) {
    auto c = stranger();
    const auto response = c.ask(verb, path, fields, body);
    if (const auto fresh = response.field("dpop-nonce"); !fresh.empty()) {
      nonce = fresh;
    }
    return response;
  }

  // As the program would, by way of a proxy that says where it comes from.
  TestResponse ask(const dpop::Holder& who, std::string_view verb, std::string_view path,
                   const std::string& token = {}, const std::string& body = {},
                   const std::string& forwarded = "X-Forwarded-For: 10.1.2.3\r\n") {
    const auto once = [&] {
      return send(verb, path,
                  forwarded + proof(who, verb, path, token) +
                      (token.empty() ? "" : "Authorization: DPoP " + token + "\r\n"),
                  body);
    };
    const auto first = once();
    return text(first, "code") == "use_dpop_nonce" ? once() : first;
  }

  std::string token_of(const std::string& name) {
    sign_in(name, {Role::kAgent});
    const auto opened = ask(holder, "POST", "/v1/sessions", {}, login_body(name));
    EXPECT_EQ(opened.status, 201) << opened.body;
    return text(opened, "token");
  }

  std::string last_reason() { return trail().back().entry.reason; }

  static std::string text(const TestResponse& response, std::string_view member) {
    return response.body.empty() ? "" : HouseWithDoors::text(response, member);
  }

  dpop::Holder holder;
  ClientId id;
  std::string nonce;
};

TEST_F(ProgramsBehindAProxy, AreKnownByTheKeyThatSignsTheRequest) {
  const auto first = send("GET", "/v1/client", proof(holder, "GET", "/v1/client"));
  EXPECT_EQ(first.status, 401);
  EXPECT_EQ(text(first, "code"), "use_dpop_nonce");
  EXPECT_THAT(first.field("www-authenticate"), HasSubstr("DPoP"));
  const auto answer = ask(holder, "GET", "/v1/client");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text(answer, "id"), id.text());
}

TEST_F(ProgramsBehindAProxy, ActForAnAgentWithATokenThatTheProofNames) {
  const std::string token = token_of("anna");
  EXPECT_EQ(ask(holder, "GET", "/v1/session", token).status, 200);
  // The same token without its hash in the proof, or as a bearer's.
  EXPECT_EQ(send("GET", "/v1/session",
                 proof(holder, "GET", "/v1/session") + "Authorization: DPoP " + token + "\r\n")
                .status,
            401);
  EXPECT_EQ(send("GET", "/v1/session",
                 proof(holder, "GET", "/v1/session") + "Authorization: Bearer " + token + "\r\n")
                .status,
            401);
  EXPECT_EQ(ask(holder, "GET", "/v1/session", token).status, 200);
}

TEST_F(ProgramsBehindAProxy, AreNobodyWithoutAProof) {
  EXPECT_EQ(text(send("GET", "/v1/client", {}), "code"), "client_not_approved");
  const std::string token = token_of("anna");
  EXPECT_EQ(text(send("GET", "/v1/session", "Authorization: Bearer " + token + "\r\n"), "code"),
            "client_not_approved");
}

TEST_F(ProgramsBehindAProxy, SendEachProofOnce) {
  (void)ask(holder, "GET", "/v1/client");
  const std::string field = proof(holder, "GET", "/v1/client");
  EXPECT_EQ(send("GET", "/v1/client", field).status, 200);
  const auto again = send("GET", "/v1/client", field);
  EXPECT_EQ(again.status, 401);
  EXPECT_EQ(text(again, "code"), "invalid_dpop_proof");
  EXPECT_EQ(last_reason(), "invalid_dpop_proof");
}

TEST_F(ProgramsBehindAProxy, LoseNoPlaceToStrangersWhoSign) {
  const dpop::Holder unknown;
  (void)ask(unknown, "GET", "/v1/client");
  const std::string field = proof(unknown, "GET", "/v1/client");
  // What is not remembered is refused for the same reason again.
  EXPECT_EQ(text(send("GET", "/v1/client", field), "code"), "client_not_approved");
  EXPECT_EQ(text(send("GET", "/v1/client", field), "code"), "client_not_approved");
}

TEST_F(ProgramsBehindAProxy, GetANewNonceBeforeTheOldOneIsOver) {
  (void)ask(holder, "GET", "/v1/client");
  store.clock().advance(std::chrono::seconds{20});
  const auto answer = send("GET", "/v1/client", proof(holder, "GET", "/v1/client"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.field("dpop-nonce").empty());
  store.clock().advance(std::chrono::seconds{60});
  EXPECT_EQ(text(send("GET", "/v1/client", proof(holder, "GET", "/v1/client")), "code"),
            "use_dpop_nonce");
}

TEST_F(ProgramsBehindAProxy, AreNotTheProxyWhateverCertificateItHas) {
  TestCredentials of_proxy;
  approve(of_proxy, "proxy", clients::every_right());
  TestClient c{api->port(), of_proxy.context()};
  const auto response = c.ask("GET", "/v1/client", "X-Forwarded-For: 10.1.2.3\r\n");
  EXPECT_EQ(text(response, "code"), "client_not_approved");
}

TEST_F(ProgramsBehindAProxy, SignForOneMethodAndAddress) {
  (void)ask(holder, "GET", "/v1/client");
  for (const auto& [verb, path] :
       {std::pair{"GET", "/v1/session"}, std::pair{"DELETE", "/v1/client"}}) {
    EXPECT_EQ(text(send(verb, path, proof(holder, "GET", "/v1/client")), "code"),
              "invalid_dpop_proof");
  }
}

TEST_F(ProgramsBehindAProxy, AreRefusedWithAKeyThatNobodyApproved) {
  const dpop::Holder unknown;
  EXPECT_EQ(text(ask(unknown, "GET", "/v1/client"), "code"), "client_not_approved");
  EXPECT_EQ(last_reason(), "unknown_key");
}

TEST_F(ProgramsBehindAProxy, AreOutWhenTheyAreSuspended) {
  must(manage_clients.set_state(ManageClients::By::operator_of_the_host(), "crm",
                                State::kSuspended));
  EXPECT_EQ(text(ask(holder, "GET", "/v1/client"), "code"), "client_not_approved");
  EXPECT_EQ(last_reason(), "suspended");
}

TEST_F(ProgramsBehindAProxy, EndTheSessionOfAnotherProgramWhoseTokenTheyShow) {
  const std::string token = token_of("anna");
  const dpop::Holder other;
  approved("other", other, {});
  EXPECT_EQ(ask(other, "GET", "/v1/session", token).status, 401);
  EXPECT_EQ(ask(holder, "GET", "/v1/session", token).status, 401);
}

TEST_F(ProgramsBehindAProxy, ComeFromWhereTheProxySaysLast) {
  const dpop::Holder branch;
  approved("branch", branch, {*Network::parse("10.1.0.0/16")});
  const auto status = [&](const std::string& forwarded) {
    return ask(branch, "GET", "/v1/client", {}, {}, forwarded).status;
  };
  EXPECT_EQ(status("X-Forwarded-For: 10.1.2.3\r\n"), 200);
  EXPECT_EQ(status("X-Forwarded-For: 192.0.2.1, 10.1.2.3\r\n"), 200);
  EXPECT_EQ(status("X-Forwarded-For: 10.1.2.3:4711\r\n"), 200);
  EXPECT_EQ(status("X-Forwarded-For: [::ffff:10.1.2.3]:4711\r\n"), 200);
  // What the program has written itself stands before what the proxy has added.
  EXPECT_EQ(status("X-Forwarded-For: 10.1.2.3, 192.0.2.1\r\n"), 403);
  EXPECT_EQ(status("X-Forwarded-For: 10.1.2.3\r\nX-Forwarded-For: 192.0.2.1\r\n"), 403);
  EXPECT_EQ(status("Forwarded: for=10.1.2.3\r\n"), 403);
  EXPECT_EQ(status("X-Real-IP: 10.1.2.3\r\n"), 403);
  EXPECT_EQ(status({}), 403) << "a proxy that says nothing";
  EXPECT_EQ(last_reason(), "wrong_network");
}

TEST_F(ProgramsBehindAProxy, GainNothingByFieldsThatOtherServersBelieve) {
  (void)client();  // an approved one, with a certificate
  const std::string& pem = program.certificate();
  const std::vector<std::string> fields{
      "X-SSL-Client-Verify: SUCCESS",
      "X-SSL-Client-Cert: " + pem,
      "X-Client-Cert: " + pem,
      "Client-Cert: :" + pem + ":",
      "X-Forwarded-Client-Cert: URI=" + clients::uri_of(program_id),
      "X-SSL-Client-S-DN: CN=program",
      "X-Forwarded-User: root"};
  for (std::string field : fields) {
    std::erase(field, '\n');
    EXPECT_EQ(text(send("GET", "/v1/client", field + "\r\n"), "code"), "client_not_approved")
        << field.substr(0, 30);
  }
}

TEST_F(ProgramsBehindAProxy, AreNotLocalBecauseTheProxyIs) {
  EXPECT_EQ(send("GET", "/metrics", "X-Forwarded-For: 192.0.2.1\r\n").status, 403);
  EXPECT_EQ(send("GET", "/metrics", "X-Forwarded-For: localhost\r\n").status, 403);
  EXPECT_EQ(send("GET", "/metrics", {}).status, 403);
  EXPECT_EQ(send("GET", "/metrics", "X-Forwarded-For: 10.1.2.3\r\n").status, 200);
}

TEST_F(ProgramsBehindAProxy, SignInVainWhereThePeerIsNoProxy) {
  proxy.networks = {*Network::parse("10.9.9.9/32")};
  open_doors_for(api::Pages::kWithCertificate);
  EXPECT_EQ(text(ask(holder, "GET", "/v1/client"), "code"), "client_not_approved");
  EXPECT_EQ(last_reason(), "no_certificate");
  // And what it says of where it comes from is not looked at.
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/v1/client", "X-Forwarded-For: nowhere\r\n").status, 200);
  EXPECT_EQ(send("GET", "/metrics", "X-Forwarded-For: 192.0.2.1\r\n").status, 200);
}

TEST_F(ProgramsBehindAProxy, LeavePagesAsTheyAre) {
  open_doors_for(api::Pages::kWithoutCertificate);
  const dpop::Holder browser;
  std::string page_nonce;
  const auto ask_as_page = [&] {
    auto c = stranger();
    const auto response = c.ask(
        "POST", "/v1/sessions",
        "X-Forwarded-For: 10.1.2.3\r\nDPoP: " +
            browser.prove({"POST", "/v1/sessions"}, kOrigin, page_nonce, store.clock().now()) +
            "\r\n",
        R"({"username":"anna","cookie":true,"password":")" + std::string{kPassword} + "\"}");
    page_nonce = response.field("dpop-nonce");
    return response;
  };
  sign_in("anna", {Role::kAgent});
  EXPECT_EQ(text(ask_as_page(), "code"), "use_dpop_nonce");
  EXPECT_EQ(ask_as_page().status, 201);
  EXPECT_EQ(ask(holder, "GET", "/v1/client").status, 200);
}

TEST_F(ProgramsBehindAProxy, HearEventsUntilTheyAreSuspended) {
  (void)ask(holder, "GET", "/v1/client");
  auto c = stranger();
  const std::string token = token_of("anna");
  c.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.1.2.3\r\n" +
         proof(holder, "GET", "/v1/events", token) + "Authorization: DPoP " + token + "\r\n\r\n");
  EXPECT_EQ(c.receive_head().status, 200);
  must(manage_clients.set_state(ManageClients::By::operator_of_the_host(), "crm",
                                State::kSuspended));
  c.receive_until_end();
}

}  // namespace
}  // namespace leadkeep::test
