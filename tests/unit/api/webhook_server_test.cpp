#include "house_with_doors.h"

namespace leadkeep::test {
namespace {

class WebhookServer : public ::testing::Test, public PathHouse {
 protected:
  WebhookServer()
      : server{must(api::WebhookServer::start(
            certificate.options(), api::WebhookServices{receive_message, secrets, verify_token,
                                                        store.metrics(), store.clock()}))} {}

  static std::string signature(const std::string& body) {
    return "X-Hub-Signature-256: sha256=" +
           to_hex(crypto::hmac_sha256(SecretBytes::copy_of(as_bytes(kAppSecret)), as_bytes(body))) +
           "\r\n";
  }

  [[nodiscard]] std::string notification() {
    return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":)" +
           value(text_message("4930901820", "wamid.1", "Hallo")) + "}]}]}";
  }

  TestCertificate certificate;
  intake::AppSecrets secrets{
      must(intake::AppSecrets::create(SecretBytes::copy_of(as_bytes(kAppSecret)), {}))};
  SecretBytes verify_token{SecretBytes::copy_of(as_bytes("token of the test"))};
  std::unique_ptr<api::WebhookServer> server;
};

TEST_F(WebhookServer, StoresASignedNotification) {
  TestClient c{server->port()};
  const auto body = notification();
  const auto response = c.ask("POST", "/webhooks/whatsapp", signature(body), body);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{}");
  EXPECT_EQ(store.metrics().webhooks_accepted.value(), 1U);
  EXPECT_EQ(store.metrics().messages_received.value(), 1U);
}

TEST_F(WebhookServer, GivesOneAnswerToEverySignatureThatIsWrong) {
  TestClient c{server->port()};
  const auto body = notification();
  const auto first = c.ask("POST", "/webhooks/whatsapp", {}, body);
  EXPECT_EQ(first.status, 401);
  for (const auto& fields : {signature(body + " "), signature(body) + signature(body),
                             std::string{"X-Hub-Signature-256: sha256=\r\n"}}) {
    EXPECT_EQ(c.ask("POST", "/webhooks/whatsapp", fields, body).body, first.body);
  }
  EXPECT_EQ(store.metrics().webhooks_refused.value(), 4U);
  EXPECT_EQ(store.metrics().messages_received.value(), 0U);
}

TEST_F(WebhookServer, RefusesSignedNonsenseAndTooMuch) {
  TestClient c{server->port()};
  EXPECT_EQ(c.ask("POST", "/webhooks/whatsapp", signature("nonsense"), "nonsense").status, 400);
  c.send("POST /webhooks/whatsapp HTTP/1.1\r\nHost: a\r\nContent-Length: 3000001\r\n\r\n");
  EXPECT_EQ(c.receive().status, 413);
}

TEST_F(WebhookServer, EchoesTheChallengeToWhoKnowsTheToken) {
  TestClient c{server->port()};
  const auto echoed = c.ask("GET",
                            "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&"
                            "hub.verify_token=token+of%20the+test&hub.new=1");
  EXPECT_EQ(echoed.status, 200);
  EXPECT_EQ(echoed.body, "1158201444");
  EXPECT_TRUE(echoed.field("content-type").starts_with("text/plain"));
  for (const char* query : {"", "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=other",
                            "?hub.mode=subscribe&hub.challenge=%3Cb%3E&"
                            "hub.verify_token=token+of+the+test"}) {
    EXPECT_EQ(c.ask("GET", "/webhooks/whatsapp" + std::string{query}).status, 403) << query;
  }
}

TEST_F(WebhookServer, HasNoOtherDoor) {
  TestClient c{server->port()};
  for (const char* path : {"/", "/healthz", "/metrics", "/v1/sessions", "/v1/openapi.json"}) {
    EXPECT_EQ(c.ask("GET", path).status, 404) << path;
  }
  EXPECT_EQ(c.ask("DELETE", "/webhooks/whatsapp").status, 405);
}

}  // namespace
}  // namespace leadkeep::test
