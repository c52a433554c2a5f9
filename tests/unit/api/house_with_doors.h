// The whole house with its doors: a real store behind real listeners on loopback.
#pragma once
#include "../../paths/path_house.h"
#include "api_test_support.h"

#include <leadkeep/json/value.h>

#include <gtest/gtest.h>

namespace leadkeep::test {

class HouseWithDoors : public ::testing::Test, public PathHouse {
 protected:
  static constexpr std::uint32_t kMaxListeners = 4;

  HouseWithDoors() { open_doors(no_sign_on, no_single_logout, no_oidc_sign_on, no_oidc_logout); }

  // Once more, with other pages.
  void open_doors_for(api::Pages allowed) {
    api.reset();
    pages = allowed;
    open_doors(no_sign_on, no_single_logout, no_oidc_sign_on, no_oidc_logout);
  }

  void open_doors(flow::SignOn& sign_on, flow::SingleLogout& single_logout,
                  flow::OidcSignOn& oidc_sign_on, flow::OidcLogout& oidc_logout) {
    auto options = certificate.options();
    options.client_authorities = {authority.certificate()};
    api = must(api::ApiServer::start(
        options, api::ApiServices{admit_client,
                                  enrol_client,
                                  manage_clients,
                                  manage_webhooks,
                                  log_in,
                                  show_inbox,
                                  send_reply,
                                  work,
                                  keep_consent,
                                  keep_leads,
                                  reveal,
                                  show_evidence,
                                  erase_lead,
                                  hold_lead,
                                  manage_agents,
                                  change_password,
                                  enrol_second_factor,
                                  enrol_passkey,
                                  keep_devices,
                                  own_sessions,
                                  delegate_session,
                                  end_sessions,
                                  open_break_glass,
                                  sign_on,
                                  single_logout,
                                  oidc_sign_on,
                                  oidc_logout,
                                  refuse,
                                  authoriser,
                                  feed,
                                  store.metrics(),
                                  store.clock(),
                                  [this] { return api::Health{health.load(), "1.2.3"}; },
                                  kMaxListeners,
                                  &proofs,
                                  pages,
                                  {},
                                  proxy}));
  }

  // An approved one, the same each time.
  [[nodiscard]] TestClient client() {
    if (!program.is_there()) {
      program_id = approve(program, "program", clients::every_right());
    }
    return TestClient{api->port(), program.context()};
  }

  // Whoever has no certificate.
  [[nodiscard]] TestClient stranger() const { return TestClient{api->port()}; }

  // Makes an approved client of who holds these credentials.
  ClientId approve(TestCredentials& credentials, const std::string& name,
                   const clients::Rights& rights) {
    const auto operator_of_the_host = flow::ManageClients::By::operator_of_the_host();
    const auto invited =
        must(manage_clients.add(operator_of_the_host, draft_of_client(name, rights)));
    const auto waiting = must(enrol_client.enrol(invited.token, credentials.request()));
    must(manage_clients.approve(operator_of_the_host, name, waiting.fingerprint));
    credentials.take(
        must(enrol_client.enrol(invited.token, credentials.request())).certified->certificate);
    return invited.id;
  }

  // Signs in through the API; returns the field that carries the token.
  std::string token_field_of(const std::string& name, std::vector<identity::Role> roles) {
    sign_in(name, std::move(roles));
    auto c = client();
    const auto response = c.ask("POST", "/v1/sessions", {}, login_body(name));
    EXPECT_EQ(response.status, 201) << response.body;
    return "Authorization: Bearer " + text(response, "token") + "\r\n";
  }

  static std::string login_body(const std::string& name) {
    return R"({"username":")" + name + R"(","password":")" + std::string{kPassword} + "\"}";
  }

  static json::Document parse(const TestResponse& response) {
    return must(json::Document::parse(response.body, {.max_bytes = 1'000'000}));
  }

  static std::string text(const TestResponse& response, std::string_view member) {
    const auto document = parse(response);
    return std::string{document.root()[member].string().value_or("")};
  }

  void receive_one() {
    must(receive(value(text_message("4930901820", "wamid.1", "Ruf mich an: 030 901820"))));
  }

  // Of the only conversation.
  static std::string conversation_id(TestClient& c, const std::string& token) {
    const auto document = parse(c.ask("GET", "/v1/conversations", token));
    return std::string{document.root()["items"].at(0)["id"].string().value_or("?")};
  }

  flow::Refuse refuse{house};
  dpop::Proofs proofs{std::string{kOrigin}};
  std::atomic<api::Health::State> health{api::Health::State::kReady};
  api::Pages pages = api::Pages::kWithCertificate;
  api::ProxyOptions proxy;
  TestCertificate certificate;
  TestCredentials program;
  ClientId program_id;
  std::unique_ptr<api::ApiServer> api;
};

}  // namespace leadkeep::test
