// Only approved programs may talk to the API, each with its own key.
#include "house_with_doors.h"

#include <leadkeep/audit/trail.h>
#include <leadkeep/crypto/certificate_request.h>
#include <leadkeep/json/writer.h>

#include <algorithm>

namespace leadkeep::test {
namespace {

using clients::RecordClass;
using clients::Scope;
using clients::State;
using flow::ManageClients;
using std::chrono::hours;

class ClientsAtTheApi : public HouseWithDoors {
 protected:
  static const ManageClients::By& host() {
    static const auto by = ManageClients::By::operator_of_the_host();
    return by;
  }

  // The code of the answer to a request that any approved client may make.
  std::string code_at(TestClient&& c) {
    const auto response = c.ask("GET", "/v1/client");
    return response.status == 200 ? "" : text(response, "code");
  }

  std::string code_with(const TestCredentials& credentials) {
    return code_at(TestClient{api->port(), credentials.context()});
  }

  // Why the last request was refused, as the trail knows it.
  std::string last_reason() { return trail().back().entry.reason; }

  // Signs in through a client; returns the field that carries the token.
  std::string token_through(const TestCredentials& credentials, const std::string& name) {
    TestClient c{api->port(), credentials.context()};
    const auto response = c.ask("POST", "/v1/sessions", {}, login_body(name));
    EXPECT_EQ(response.status, 201) << response.body;
    return "Authorization: Bearer " + text(response, "token") + "\r\n";
  }

  // A certificate of ours, or of somebody else, that no registry knows how it came to be.
  static std::string certificate(const crypto::CertificateAuthority& by,
                                 const TestCredentials& credentials, const ClientId& id,
                                 const crypto::Validity& validity) {
    return crypto::certificate_to_pem(by.issue(
        *crypto::read_certificate_request(credentials.request()), clients::uri_of(id), validity));
  }
};

TEST_F(ClientsAtTheApi, AnswersNobodyWithoutACertificate) {
  for (const auto* path : {"/v1/client", "/v1/session", "/v1/openapi.json", "/v1/conversations",
                           "/v1/nowhere", "/nowhere"}) {
    auto c = stranger();
    const auto response = c.ask("GET", path);
    EXPECT_EQ(response.status, 403) << path;
    EXPECT_EQ(text(response, "code"), "client_not_approved") << path;
  }
  EXPECT_EQ(last_reason(), "no_certificate");
  auto c = stranger();
  EXPECT_EQ(c.ask("DELETE", "/healthz").status, 403);
  auto d = stranger();
  EXPECT_EQ(d.ask("GET", "/healthz").status, 200);  // who watches the service is local
}

TEST_F(ClientsAtTheApi, ReadsNoBodyOfWhoIsNotApproved) {
  auto c = stranger();
  c.send("POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(c.receive().status, 403);
}

TEST_F(ClientsAtTheApi, TellsAClientWhatItMay) {
  auto c = client();
  const auto response = c.ask("GET", "/v1/client");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(text(response, "id"), program_id.text());
}

TEST_F(ClientsAtTheApi, RefusesACertificateOfAForeignAuthority) {
  (void)client();
  const auto now = store.clock().now();
  const auto foreign = clients::make_authority(now);
  program.take(certificate(foreign, program, program_id, {now - hours{1}, now + hours{1}}));
  EXPECT_EQ(code_with(program), "client_not_approved");
  EXPECT_EQ(last_reason(), "foreign_certificate");
}

TEST_F(ClientsAtTheApi, RefusesAnExpiredCertificate) {
  (void)client();
  const auto now = store.clock().now();
  program.take(certificate(authority, program, program_id, {now - hours{2}, now - hours{1}}));
  EXPECT_EQ(code_with(program), "client_not_approved");
  EXPECT_EQ(last_reason(), "certificate_not_in_time");
}

TEST_F(ClientsAtTheApi, RefusesACertificateThatEndsWhileItsConnectionLasts) {
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/v1/client").status, 200);
  store.clock().advance(kCertificateLife + hours{1});
  EXPECT_EQ(c.ask("GET", "/v1/client").status, 403);
  EXPECT_EQ(last_reason(), "certificate_not_in_time");
}

TEST_F(ClientsAtTheApi, RefusesAKeyThatNobodyApproved) {
  TestCredentials unknown;
  const auto now = store.clock().now();
  (void)client();
  unknown.take(certificate(authority, unknown, program_id, {now - hours{1}, now + hours{1}}));
  EXPECT_EQ(code_with(unknown), "client_not_approved");
  EXPECT_EQ(last_reason(), "unknown_key");
}

TEST_F(ClientsAtTheApi, RefusesACertificateInTheNameOfAnotherClient) {
  TestCredentials other;
  approve(other, "other", clients::every_right());
  (void)client();
  const auto now = store.clock().now();
  other.take(certificate(authority, other, program_id, {now - hours{1}, now + hours{1}}));
  EXPECT_EQ(code_with(other), "client_not_approved");
  EXPECT_EQ(last_reason(), "certificate_of_another_client");
}

TEST_F(ClientsAtTheApi, RefusesAClientFromTheWrongNetwork) {
  TestCredentials elsewhere;
  approve(elsewhere, "elsewhere", clients::every_right());
  clients::Change change;
  change.networks = {*Network::parse("10.0.0.0/8")};
  must(manage_clients.change(host(), "elsewhere", change));
  EXPECT_EQ(code_with(elsewhere), "client_not_approved");
  EXPECT_EQ(last_reason(), "wrong_network");
}

TEST_F(ClientsAtTheApi, SuspendsAnOpenConnectionAtOnce) {
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/v1/client").status, 200);
  must(manage_clients.set_state(host(), "program", State::kSuspended));
  EXPECT_EQ(c.ask("GET", "/v1/client").status, 403);
  EXPECT_EQ(last_reason(), "suspended");
  must(manage_clients.set_state(host(), "program", State::kApproved));
  EXPECT_EQ(code_with(program), "");
}

TEST_F(ClientsAtTheApi, EndsAnOpenStreamOfASuspendedClientAtOnce) {
  const auto token = token_field_of("anna", {identity::Role::kAgent});
  auto c = client();
  c.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n" + token + "\r\n");
  ASSERT_TRUE(c.receive_until(": connected\n\n"));
  const auto begin = std::chrono::steady_clock::now();
  must(manage_clients.set_state(host(), "program", State::kSuspended));
  EXPECT_TRUE(c.is_at_end());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{4});  // else every 5 s
}

TEST_F(ClientsAtTheApi, EndsASessionWhoseTokenAnotherClientShows) {
  sign_in("anna", {identity::Role::kAgent});
  TestCredentials thief;
  approve(thief, "thief", clients::every_right());
  auto c = client();
  const auto token = token_through(program, "anna");
  EXPECT_EQ(c.ask("GET", "/v1/session", token).status, 200);
  TestClient t{api->port(), thief.context()};
  EXPECT_EQ(t.ask("GET", "/v1/session", token).status, 401);
  EXPECT_EQ(c.ask("GET", "/v1/session", token).status, 401);
}

TEST_F(ClientsAtTheApi, LetsAnAgentDoWhatBothTheAgentAndTheClientMay) {
  sign_in("anna", {identity::Role::kAgent});
  receive_one();
  TestCredentials reader;
  approve(reader, "reader", {{Scope::kSessions, Scope::kReadConversations}, {RecordClass::kNames}});
  TestClient c{api->port(), reader.context()};
  const auto token = token_through(reader, "anna");
  const auto id = conversation_id(c, token);
  EXPECT_EQ(c.ask("GET", "/v1/conversations/" + id, token).status, 200);
  TestClient writer{api->port(), reader.context()};
  const auto sent = writer.ask("POST", "/v1/conversations/" + id + "/messages", token,
                               R"({"type":"text","text":{"body":"hello"}})");
  EXPECT_EQ(sent.status, 403);
  EXPECT_EQ(text(sent, "code"), "forbidden");
  // The words of a conversation are nothing that this client may carry.
  const auto messages = c.ask("GET", "/v1/conversations/" + id + "/messages", token);
  EXPECT_EQ(messages.status, 200);
  EXPECT_EQ(messages.body.find("Ruf mich an"), std::string::npos);
  auto full = client();
  const auto all =
      full.ask("GET", "/v1/conversations/" + id + "/messages", token_through(program, "anna"));
  EXPECT_NE(all.body.find("Ruf mich an"), std::string::npos);
}

TEST_F(ClientsAtTheApi, OpensNoSessionThroughAClientWithoutThatScope) {
  sign_in("anna", {identity::Role::kAgent});
  TestCredentials job;
  approve(job, "job", {{Scope::kReadConversations}, {}});
  TestClient c{api->port(), job.context()};
  EXPECT_EQ(c.ask("POST", "/v1/sessions", {}, login_body("anna")).status, 403);
}

TEST_F(ClientsAtTheApi, LetsAProgramReadByItselfWhatItsOwnScopesSay) {
  receive_one();
  TestCredentials job;
  const auto id = approve(job, "job", {{}, {RecordClass::kNames}, {Scope::kReadConversations}});
  TestClient c{api->port(), job.context()};
  const auto listed = c.ask("GET", "/v1/conversations?status=open");
  EXPECT_EQ(listed.status, 200) << listed.body;
  EXPECT_EQ(trail().back().entry.act, audit::Act::kReadInbox);
  EXPECT_EQ(trail().back().entry.actor, std::nullopt);
  EXPECT_EQ(trail().back().entry.client, id);
  const auto conversation = conversation_id(c, "");
  const auto messages = c.ask("GET", "/v1/conversations/" + conversation + "/messages");
  EXPECT_EQ(messages.status, 200);
  EXPECT_EQ(messages.body.find("Ruf mich an"), std::string::npos);
  // Nobody has read it, and nobody is "me".
  EXPECT_NE(c.ask("GET", "/v1/conversations").body.find("\"unread\":1"), std::string::npos);
  EXPECT_EQ(c.ask("GET", "/v1/conversations?assignee=me").status, 400);
  EXPECT_EQ(c.ask("GET", "/v1/agents").status, 401);
  EXPECT_EQ(c.ask("GET", "/v1/session").status, 401);
  EXPECT_EQ(c.ask("GET", "/v1/conversations", "Authorization: Bearer x\r\n").status, 401);
}

TEST_F(ClientsAtTheApi, EndsTheStreamOfAProgramByItselfWhenItIsSuspended) {
  TestCredentials job;
  approve(job, "job", {{}, {}, {Scope::kReadEvents}});
  TestClient c{api->port(), job.context()};
  c.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(c.receive_until(": connected\n\n"));
  receive_one();
  EXPECT_TRUE(c.receive_until("message.received"));
  must(manage_clients.set_state(host(), "job", State::kSuspended));
  while (!c.is_at_end()) {
    (void)c.receive_until("\n");
  }
}

TEST_F(ClientsAtTheApi, EnrolsAClientThroughTheApi) {
  const auto invited =
      must(manage_clients.add(host(), draft_of_client("crm", clients::every_right())));
  TestCredentials crm;
  json::Writer w;
  w.begin_object()
      .field("token", as_text(invited.token.expose()))
      .field("certificate_request", crm.request())
      .end_object();
  const std::string body = std::move(w).take();
  auto c = stranger();
  const auto waiting = c.ask("POST", "/v1/client-enrolments", {}, body);
  EXPECT_EQ(waiting.status, 202) << waiting.body;
  EXPECT_EQ(text(waiting, "status"), "waiting");
  sign_in("root", {identity::Role::kAdmin});
  auto admin = client();
  const auto token = token_through(program, "root");
  const auto approved =
      admin.ask("POST", "/v1/admin/clients/" + invited.id.text() + "/approve", token,
                R"({"fingerprint":")" + text(waiting, "fingerprint") + "\"}");
  EXPECT_EQ(approved.status, 204) << approved.body;
  const auto done = c.ask("POST", "/v1/client-enrolments", {}, body);
  EXPECT_EQ(done.status, 200) << done.body;
  crm.take(text(done, "certificate"));
  EXPECT_EQ(code_with(crm), "");
  EXPECT_EQ(c.ask("POST", "/v1/client-enrolments", {}, body).status,
            401);  // it has what it came for
}

TEST_F(ClientsAtTheApi, EnrolsNobodyWithoutAToken) {
  TestCredentials crm;
  json::Writer w;
  w.begin_object().field("token", "x").field("certificate_request", crm.request()).end_object();
  auto c = stranger();
  EXPECT_EQ(c.ask("POST", "/v1/client-enrolments", {}, std::move(w).take()).status, 401);
  EXPECT_EQ(last_reason(), "no_enrolment_token");
}

TEST_F(ClientsAtTheApi, RenewsACertificateWithTheNextKey) {
  auto c = client();
  TestCredentials next;
  json::Writer w;
  w.begin_object().field("certificate_request", next.request()).end_object();
  const auto renewed = c.ask("POST", "/v1/client/certificate", {}, std::move(w).take());
  EXPECT_EQ(renewed.status, 200) << renewed.body;
  next.take(text(renewed, "certificate"));
  EXPECT_EQ(code_with(program), "");
  EXPECT_EQ(code_with(next), "");
  EXPECT_EQ(code_with(program), "client_not_approved");  // the next one was used
}

TEST_F(ClientsAtTheApi, ResumesNoSessionOfTls) {
  (void)client();
  // A client that keeps its TLS session offers it with the next connection; it is not taken.
  Poco::Net::SecureStreamSocket first{Poco::Net::SocketAddress{"127.0.0.1", api->port()},
                                      program.context()};
  first.completeHandshake();
  const auto session = first.currentSession();
  Poco::Net::SecureStreamSocket second{Poco::Net::SocketAddress{"127.0.0.1", api->port()},
                                       program.context(), session};
  second.completeHandshake();
  EXPECT_FALSE(second.sessionWasReused());
}

TEST_F(ClientsAtTheApi, SaysWithEveryActThroughWhichClientItWasDone) {
  const auto token = token_field_of("anna", {identity::Role::kAgent});
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/v1/conversations", token).status, 200);
  EXPECT_EQ(trail().back().entry.act, audit::Act::kReadInbox);
  EXPECT_EQ(trail().back().entry.client, program_id);
}

TEST_F(ClientsAtTheApi, LetsAPageInWithoutACertificateWhereTheOperatorSaysSo) {
  auto c = stranger();
  EXPECT_EQ(c.ask("GET", "/v1/openapi.json").status, 403);
  open_doors_for(api::Pages::kWithoutCertificate);
  auto page = stranger();
  EXPECT_EQ(page.ask("GET", "/v1/openapi.json").status, 200);
}

TEST_F(ClientsAtTheApi, TakesNoTokenOfAProgramFromAPage) {
  const auto token = token_field_of("anna", {identity::Role::kAgent});
  open_doors_for(api::Pages::kWithoutCertificate);
  auto page = stranger();
  EXPECT_EQ(page.ask("GET", "/v1/session", token).status, 403);
}

TEST_F(ClientsAtTheApi, OpensNoSessionForAPageThatIsNotBoundToItsKey) {
  sign_in("anna", {identity::Role::kAgent});
  open_doors_for(api::Pages::kWithoutCertificate);
  auto page = stranger();
  const auto refused = page.ask("POST", "/v1/sessions", {}, login_body("anna"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(text(refused, "code"), "client_not_approved");
}

TEST_F(ClientsAtTheApi, RenewsNoCertificateOfAPage) {
  open_doors_for(api::Pages::kWithoutCertificate);
  TestCredentials none;
  json::Writer w;
  w.begin_object().field("certificate_request", none.request()).end_object();
  auto page = stranger();
  EXPECT_EQ(page.ask("POST", "/v1/client/certificate", {}, std::move(w).take()).status, 403);
}

TEST_F(ClientsAtTheApi, AddsSuspendsAndRevokesThroughTheApi) {
  sign_in("root", {identity::Role::kAdmin});
  auto c = client();
  const auto token = token_through(program, "root");
  const auto added =
      c.ask("POST", "/v1/admin/clients", token,
            R"({"name":"crm","owner":"IT","purpose":"contacts","scopes":["leads:read"],)"
            R"("record_classes":["names"],"networks":["10.0.0.0/8"],"expires_in_days":30})");
  EXPECT_EQ(added.status, 201) << added.body;
  const auto id = text(added, "id");
  const auto listed = c.ask("GET", "/v1/admin/clients", token);
  EXPECT_NE(listed.body.find(id), std::string::npos);
  EXPECT_EQ(c.ask("POST", "/v1/admin/clients/" + id + "/suspend", token).status, 409);
  EXPECT_EQ(c.ask("POST", "/v1/admin/clients/" + id + "/revoke", token).status, 204);
  EXPECT_EQ(c.ask("POST", "/v1/admin/clients/" + id + "/invite", token).status, 409);
}

TEST_F(ClientsAtTheApi, RefusesADraftWithAWordItDoesNotKnow) {
  sign_in("root", {identity::Role::kAdmin});
  auto c = client();
  const auto token = token_through(program, "root");
  const auto member = [&](const std::string& more) {
    return text(c.ask("POST", "/v1/admin/clients", token,
                      R"({"name":"crm","owner":"IT","purpose":"p",)" + more + "}"),
                "member");
  };
  EXPECT_EQ(member(R"("scopes":["everything"],"record_classes":[])"), "scopes");
  EXPECT_EQ(member(R"("scopes":["leads:read"],"record_classes":["all"])"), "record_classes");
  EXPECT_EQ(member(R"("scopes":["leads:read"],"record_classes":[],"networks":["10.0.0.1/8"])"),
            "networks");
  EXPECT_EQ(member(R"("scopes":["leads:read"],"record_classes":[],"expires_in_days":0)"),
            "expires_in_days");
}

TEST_F(ClientsAtTheApi, ActsForAnAgentWithASessionThatWasGivenOnAndNotOnTheirAccount) {
  TestCredentials desk;
  TestCredentials crm;
  approve(desk, "desk", clients::every_right());
  const ClientId to = approve(crm, "crm", clients::every_right());
  sign_in("anna", {identity::Role::kAgent});
  const std::string own = token_through(desk, "anna");
  TestClient at_desk{api->port(), desk.context()};
  const auto given = at_desk.ask(
      "POST", "/v1/session/delegations", own,
      R"({"client_id":")" + to.text() + R"(","purpose":"write_contract","expires_in_minutes":5})");
  ASSERT_EQ(given.status, 201) << given.body;
  const std::string token = "Authorization: Bearer " + text(given, "token") + "\r\n";
  TestClient at_crm{api->port(), crm.context()};
  EXPECT_EQ(text(at_crm.ask("GET", "/v1/session", token), "delegated_for"), "write_contract");
  EXPECT_EQ(at_crm.ask("GET", "/v1/conversations", token).status, 200);
  for (const auto& [verb, path, body] :
       {std::tuple{"GET", "/v1/sessions", ""}, std::tuple{"DELETE", "/v1/sessions", ""},
        std::tuple{"GET", "/v1/session/log-ins", ""},
        std::tuple{"GET", "/v1/session/second-factor", ""},
        std::tuple{"POST", "/v1/session/second-factor/totp", ""},
        std::tuple{"POST", "/v1/session/step-up", R"({"password":"x"})"},
        std::tuple{"POST", "/v1/session/password", R"({"password":"x","new_password":"y"})"},
        std::tuple{"POST", "/v1/session/delegations",
                   R"({"client_id":"client_01JDG7T5Q8ZK3V9M4B6N2R0XWY","purpose":"more"})"}}) {
    TestClient once{api->port(), crm.context()};  // a body that is not read ends the connection
    EXPECT_EQ(once.ask(verb, path, token, body).status, 403) << verb << " " << path;
  }
  EXPECT_EQ(at_crm.ask("DELETE", "/v1/session", token).status, 204);
  EXPECT_EQ(at_crm.ask("GET", "/v1/session", token).status, 401);
  EXPECT_EQ(at_desk.ask("GET", "/v1/session", own).status, 200);
}

}  // namespace
}  // namespace leadkeep::test
