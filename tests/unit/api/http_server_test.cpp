// The HTTP layer with routes of its own: what every request and answer has to keep to.
#include "api_test_support.h"
#include "approved_client.h"
#include "fake_clock.h"
#include "http/server.h"
#include "routes/dispatcher.h"

#include <leadkeep/json/value.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <type_traits>

#include <gtest/gtest.h>

namespace leadkeep::api {
namespace {

using http::Verb;
using test::TestClient;
using test::TestResponse;

constexpr BodyLimit kTwenty{20};

class HttpServer : public ::testing::Test {
 protected:
  HttpServer()
      : m_dispatcher{
            {route(Verb::kGet, "/hello", kPublic, kNoBody,
                   [](http::Request&) -> Answer { return http::Response{200, R"("hello")"}; }),
             route(Verb::kPost, "/echo/{id}", kPublic, kTwenty,
                   [](http::Request& request) -> Answer {
                     return http::Response{200,
                                           std::string{request.parameter()} + ":" + request.body()};
                   }),
             route(Verb::kDelete, "/echo/{id}", kPublic, kNoBody,
                   [](http::Request&) -> Answer { return http::Response{204, {}}; }),
             retired(route(Verb::kGet, "/old", kPublic, kNoBody,
                           [](http::Request&) -> Answer { return http::Response{200, "{}"}; }),
                     {Timestamp{1'768'478'400'000}, Timestamp{1'800'014'400'000}, "/hello"}),
             route(Verb::kGet, "/throws", kPublic, kNoBody,
                   [](http::Request&) -> Answer { throw std::runtime_error{"+49 30 901820"}; }),
             route(Verb::kGet, "/throws/oddly", kPublic, kNoBody,
                   [](http::Request&) -> Answer { throw 7; }),
             route(
                 Verb::kGet, "/fails", kPublic, kNoBody,
                 [](http::Request&) -> Answer { return fail(Errc::kInternal, "a secret reason"); }),
             route(Verb::kGet, "/local", kLocalNetwork, kNoBody,
                   [](http::Request&) -> Answer { return http::Response{200, "{}"}; }),
             route(Verb::kGet, "/operator", kOperator, kNoBody,
                   [](http::Request&) -> Answer { return http::Response{200, "{}"}; }),
             route(Verb::kPost, "/agents-only", kPermit<identity::Action::kReply>, kTwenty,
                   [](http::Request&, const identity::Permit<identity::Action::kReply>&) -> Answer {
                     return http::Response{200, "{}"};
                   })},
            Door{m_authoriser, m_metrics,
                 [](const http::Request&) -> Result<identity::Caller> { return test::a_program(); },
                 [](const identity::ShownSession&, Use) -> Result<identity::Session> {
                   return fail(Errc::kUnauthenticated, "no such token");
                 },
                 [this](const std::optional<identity::Actor>&, Errc code) {
                   m_refusals.push_back(code);
                 }}} {
    auto server =
        http::Server::listen_tls(m_certificate.options(), m_dispatcher, m_clock, "lk-test");
    EXPECT_TRUE(server.ok()) << (server.ok() ? "" : server.error().detail);
    m_server = std::move(server).value();
  }

  [[nodiscard]] TestClient client() const { return TestClient{m_server->port()}; }

  static std::string code_of(const TestResponse& response) {
    const auto document = json::Document::parse(response.body, {.max_bytes = 10'000});
    return document.ok() ? std::string{document.value().root()["code"].string().value_or("")} : "";
  }

  test::TestCertificate m_certificate;
  test::FakeClock m_clock;
  Metrics m_metrics;
  identity::Authoriser m_authoriser{identity::Policy::defaults()};
  std::vector<Errc> m_refusals;  // by a thread of the server, which has answered when it is read
  Dispatcher m_dispatcher;
  std::unique_ptr<http::Server> m_server;
};

TEST_F(HttpServer, PutsTheSameGuardsOnEveryAnswer) {
  auto c = client();
  for (const char* path : {"/hello", "/nowhere", "/throws", "/local"}) {
    const auto response = c.ask("GET", path);
    EXPECT_EQ(response.field("cache-control"), "no-store") << path;
    EXPECT_EQ(response.field("x-content-type-options"), "nosniff") << path;
    EXPECT_TRUE(response.field("content-security-policy").starts_with("default-src 'none'"));
    EXPECT_FALSE(response.field("strict-transport-security").empty()) << path;
    EXPECT_EQ(response.field("x-request-id").size(), 30U) << path;
    EXPECT_EQ(response.field("date"), "Thu, 15 Jan 2026 12:00:00 GMT") << path;
    EXPECT_FALSE(response.fields.contains("server")) << path;
  }
}

TEST_F(HttpServer, SaysOfARouteThatGoesSinceWhenUntilWhenAndWhatToUseInstead) {
  auto c = client();
  const auto old = c.ask("GET", "/old");
  EXPECT_EQ(old.field("deprecation"), "@1768478400");
  EXPECT_EQ(old.field("sunset"), "Fri, 15 Jan 2027 12:00:00 GMT");
  EXPECT_EQ(old.field("link"), "</hello>; rel=\"successor-version\"");
  EXPECT_FALSE(c.ask("GET", "/hello").fields.contains("deprecation"));
}

TEST_F(HttpServer, KeepsAConnectionForManyRequestsAndTakesPipelinedOnes) {
  auto c = client();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(c.ask("POST", "/echo/a", {}, "body " + std::to_string(i)).body,
              "a:body " + std::to_string(i));
  }
  c.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nDELETE /echo/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(c.receive().status, 200);
  EXPECT_EQ(c.receive().status, 204);
  EXPECT_EQ(c.ask("GET", "/hello", "Connection: close\r\n").field("connection"), "close");
  EXPECT_TRUE(c.is_at_end());
}

TEST_F(HttpServer, AnswersAThrowingHandlerWith500AndLivesOn) {
  auto c = client();
  for (const char* path : {"/throws", "/throws/oddly", "/fails"}) {
    const auto response = c.ask("GET", path);
    EXPECT_EQ(response.status, 500) << path;
    EXPECT_EQ(response.field("content-type"), "application/problem+json");
    EXPECT_EQ(code_of(response), "internal");
    EXPECT_EQ(response.body.find("901820"), std::string::npos);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
  }
  EXPECT_EQ(c.ask("GET", "/hello").status, 200);
}

TEST_F(HttpServer, Knows404From405) {
  auto c = client();
  for (const char* path : {"/", "/hello/", "/hello/x", "/echo", "/echo/", "/echo/a/b", "//hello",
                           "/HELLO", "/%68ello", "/hello/../hello"}) {
    EXPECT_EQ(c.ask("GET", path).status, 404) << path;
  }
  const auto wrong_verb = c.ask("GET", "/echo/a");
  EXPECT_EQ(wrong_verb.status, 405);
  EXPECT_EQ(wrong_verb.field("allow"), "POST, DELETE");
  EXPECT_EQ(c.ask("BREW", "/hello").status, 405);
}

TEST_F(HttpServer, RefusesABodyOverTheLimitBeforeItComes) {
  auto c = client();
  c.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 21\r\n\r\n");
  const auto response = c.receive();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(code_of(response), "too_large");
  EXPECT_EQ(response.field("connection"), "close");
  EXPECT_EQ(client().ask("POST", "/echo/a", {}, std::string(20, 'x')).status, 200);
  EXPECT_EQ(client().ask("GET", "/hello", {}, "x").status, 413);
}

TEST_F(HttpServer, DeliversTheRefusalOfABodyThatIsOnItsWay) {
  auto c = client();
  c.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  c.send(std::string(100'000, 'x'));
  EXPECT_EQ(c.receive().status, 413);
}

TEST_F(HttpServer, DeliversTheRefusalToAClientThatSendsEverythingBeforeItReads) {
  const std::string piece(1'000'000, 'x');
  for (const char* framing : {"Content-Length: 20000000\r\n", "Transfer-Encoding: chunked\r\n"}) {
    auto c = client();
    c.send(std::string{"POST /echo/a HTTP/1.1\r\nHost: a\r\n"} + framing + "\r\nF4240\r\n");
    for (int i = 0; i < 20; ++i) {
      c.send(piece);
    }
    EXPECT_EQ(c.receive().status, 413) << framing;
  }
}

TEST_F(HttpServer, SendsNoBodyBehindAnAnswerToHead) {
  auto c = client();
  c.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(c.receive_head().status, 405);
  EXPECT_EQ(c.receive().body, R"("hello")");
}

TEST_F(HttpServer, CountsEveryAnswerThatIsARefusal) {
  EXPECT_EQ(client().ask("GET", "/hello").status, 200);
  EXPECT_EQ(m_metrics.requests_failed.value(), 0U);
  EXPECT_EQ(client().ask("GET", "/nowhere").status, 404);
  EXPECT_EQ(client().ask("GET", "/throws").status, 500);
  EXPECT_EQ(client().ask("GET /hello\r\n\r\n").status, 400);
  EXPECT_EQ(m_metrics.requests_failed.value(), 3U);
}

TEST_F(HttpServer, CountsAChunkedBody) {
  constexpr std::string_view kHead =
      "POST /echo/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  auto c = client();
  EXPECT_EQ(c.ask(std::string{kHead} + "5\r\nhello\r\n0\r\n\r\n").body, "a:hello");
  EXPECT_EQ(c.ask(std::string{kHead} + "15\r\n" + std::string(21, 'x') + "\r\n0\r\n\r\n").status,
            413);
  EXPECT_EQ(client().ask(std::string{kHead} + "5;x\r\nhello\r\n0\r\n\r\n").status, 400);
}

TEST_F(HttpServer, RefusesARequestThatCouldBeReadInTwoWays) {
  EXPECT_EQ(client()
                .ask("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .status,
            400);
  EXPECT_EQ(client()
                .ask("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                     "Content-Length: 5\r\n\r\nhello")
                .status,
            400);
  EXPECT_EQ(client().ask("GET /hello HTTP/1.1\nHost: a\n\nGET / HTTP/1.1\r\n\r\n").status, 400);
  const auto large = client().ask("GET", "/hello", "A: " + std::string(9'000, 'x') + "\r\n");
  EXPECT_EQ(large.status, 431);
  EXPECT_EQ(large.field("cache-control"), "no-store");
}

TEST_F(HttpServer, ContinuesOnlyWhenItWantsTheBody) {
  auto c = client();
  c.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(c.receive_head().status, 100);
  EXPECT_EQ(c.ask("hello").body, "a:hello");
  c.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(c.receive_head().status, 404);
}

TEST_F(HttpServer, LetsNobodyInWithoutAProofAndRecordsIt) {
  auto c = client();
  const auto response = c.ask("POST", "/agents-only");
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.field("www-authenticate"), "Bearer");
  EXPECT_EQ(c.ask("POST", "/agents-only", "Authorization: Bearer abc\r\n").body, response.body);
  EXPECT_EQ(c.ask("POST", "/agents-only", "Authorization: Basic abc\r\n").body, response.body);
  EXPECT_EQ(m_refusals, (std::vector<Errc>(3, Errc::kUnauthenticated)));
  EXPECT_EQ(c.ask("GET", "/operator").status, 403);
  EXPECT_EQ(m_refusals.back(), Errc::kForbidden);
  EXPECT_EQ(c.ask("GET", "/local").status, 200);
}

TEST_F(HttpServer, DoesNotReadTheBodyOfAStranger) {
  auto c = client();
  c.send("POST /agents-only HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n");
  EXPECT_EQ(c.receive().status, 401);
}

TEST_F(HttpServer, DoesNotMindAClientThatLeavesInsideOfItsBody) {
  {
    auto c = client();
    c.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  }
  EXPECT_EQ(client().ask("POST", "/echo/a", {}, "hello").body, "a:hello");
}

// What is behind kPublic cannot take a proof, and what needs a permit cannot do without one.
using NeedsPermit = Answer (*)(http::Request&, const identity::Permit<identity::Action::kReply>&);
static_assert(!std::is_constructible_v<PlainHandler, NeedsPermit>);
static_assert(!std::is_constructible_v<SessionHandler, NeedsPermit>);

TEST(LocalNetworkAccess, RefusesAPeerFromElsewhere) {
  Metrics metrics;
  const identity::Authoriser authoriser{identity::Policy{}};
  int refusals = 0;
  Dispatcher dispatcher{{route(Verb::kGet, "/healthz", kLocalNetwork, kNoBody,
                               [](http::Request&) -> Answer { return http::Response{200, "{}"}; })},
                        Door{authoriser,
                             metrics,
                             {},
                             [](const identity::ShownSession&, Use) -> Result<identity::Session> {
                               return fail(Errc::kUnauthenticated, "");
                             },
                             [&](const std::optional<identity::Actor>&, Errc) { ++refusals; }}};
  const auto head = http::RequestHead::parse("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto ask = [&](const char* address) {
    const http::Peer peer{http::PeerKind::kNetwork, address};
    http::Request request{head.value(), peer,
                          [](std::size_t) -> Result<std::string> { return std::string{}; }};
    return dispatcher.answer(request, http::RequestId{}).status;
  };
  EXPECT_EQ(ask("198.51.100.7"), 403);
  EXPECT_EQ(ask(""), 403);
  EXPECT_EQ(refusals, 2);
  EXPECT_EQ(ask("192.168.7.7"), 200);
}

TEST_F(HttpServer, MakesRoomForNewConnectionsWhenOthersIdle) {
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 9; ++i) {  // the server has eight places
    clients.push_back(std::make_unique<TestClient>(m_server->port()));
    EXPECT_EQ(clients.back()->ask("GET", "/hello").status, 200) << i;
  }
  EXPECT_TRUE(clients.front()->is_at_end());
}

TEST_F(HttpServer, MakesRoomForNewConnectionsWhenOthersStallInsideOfARequest) {
  std::vector<std::unique_ptr<TestClient>> stalled;
  for (int i = 0; i < 8; ++i) {  // the server has eight places
    stalled.push_back(std::make_unique<TestClient>(m_server->port()));
    stalled.back()->send(i % 2 == 0
                             ? "GET /hello HT"
                             : "POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(client().ask("GET", "/hello").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{10});
}

TEST_F(HttpServer, EndsIdleConnectionsWhenItStops) {
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/hello").status, 200);
  m_server->stop();
  EXPECT_TRUE(c.is_at_end());
  m_server->stop();
}

TEST_F(HttpServer, RefusesAKeyThatOthersMayReadOrThatBelongsElsewhere) {
  auto options = m_certificate.options();
  std::filesystem::permissions(options.key, std::filesystem::perms{0644});
  EXPECT_EQ(http::Server::listen_tls(options, m_dispatcher, m_clock, "lk-test").error().code,
            Errc::kForbidden);
  const test::TestCertificate other;
  options.key = other.key();
  EXPECT_EQ(http::Server::listen_tls(options, m_dispatcher, m_clock, "lk-test").error().code,
            Errc::kInvalidInput);
  options = m_certificate.options();
  options.certificate = "/nowhere.pem";
  options.key = other.key();
  EXPECT_EQ(http::Server::listen_tls(options, m_dispatcher, m_clock, "lk-test").error().code,
            Errc::kInvalidInput);
}

TEST_F(HttpServer, SaysThatAnAddressIsTaken) {
  auto options = m_certificate.options();
  options.port = m_server->port();
  EXPECT_EQ(http::Server::listen_tls(options, m_dispatcher, m_clock, "lk-test").error().code,
            Errc::kUnavailable);
}

}  // namespace
}  // namespace leadkeep::api
