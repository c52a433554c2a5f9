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

  void open_doors(flow::SignOn& sign_on, flow::SingleLogout& single_logout,
                  flow::OidcSignOn& oidc_sign_on, flow::OidcLogout& oidc_logout) {
    api = must(api::ApiServer::start(
        certificate.options(),
        api::ApiServices{log_in,
                         show_inbox,
                         send_reply,
                         work,
                         keep_consent,
                         manage_agents,
                         change_password,
                         enrol_second_factor,
                         enrol_passkey,
                         keep_devices,
                         own_sessions,
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
                         &proofs}));
  }

  [[nodiscard]] TestClient client() const { return TestClient{api->port()}; }

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
  TestCertificate certificate;
  std::unique_ptr<api::ApiServer> api;
};

}  // namespace leadkeep::test
