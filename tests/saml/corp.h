// The identity provider of the forger, as an administrator has named it in the house.
#pragma once
#include "forger.h"

#include <leadkeep/flow/sign_on.h>

#include <string>
#include <string_view>

namespace leadkeep::test {

inline constexpr std::string_view kMfa = "https://refeds.org/profile/mfa";

[[nodiscard]] inline flow::SamlProvider provider_named(std::string_view entity_id) {
  using identity::Role;
  flow::SamlProvider provider;
  provider.provider = {std::string{entity_id}, {idp_key().public_key()}, false};
  provider.sign_on_url = "https://idp.example.test/sso";
  provider.logout_url = "https://idp.example.test/slo";
  provider.logout_answer_url = "https://idp.example.test/slo-answer";
  provider.rules.entity_id = std::string{entity_id};
  provider.rules.username_attribute = "uid";
  provider.rules.name_attribute = "name";
  provider.rules.group_attribute = "groups";
  provider.rules.roles = {{"agents", Role::kAgent}, {"leads", Role::kSupervisor}};
  provider.rules.teams = {{"agents", "Claims"}};
  provider.rules.second_factor_values = {std::string{kMfa}};
  return provider;
}

[[nodiscard]] inline flow::SamlService service_with_corp() {
  auto key = crypto::RsaPrivateKey::parse(sp_key().pkcs8());
  flow::SamlService service{
      {std::string{kSp}, std::string{kAcs}, std::string{kSlo}, {}, {}}, std::move(key).value(), {}};
  service.providers.emplace("corp", provider_named(kIdp));
  return service;
}

// What the forger says of its person.
[[nodiscard]] inline std::string attributes(std::string_view name, std::string_view group) {
  const auto one = [](std::string_view of, std::string_view value) {
    return "<saml:Attribute Name=\"" + std::string{of} + "\"><saml:AttributeValue>" +
           std::string{value} + "</saml:AttributeValue></saml:Attribute>";
  };
  return "<saml:AttributeStatement>" + one("groups", group) + one("name", name) + one("uid", "al") +
         "</saml:AttributeStatement>";
}

// To this request, by somebody who is an agent.
[[nodiscard]] inline Forger answering(const identity::SignOnRequest& request) {
  Forger forger;
  forger.response["InResponseTo"] = request.id;
  forger.subject.replace(forger.subject.find(kRequest), kRequest.size(), request.id);
  forger.attributes = attributes("Alice Agent", "agents");
  return forger;
}

}  // namespace leadkeep::test
