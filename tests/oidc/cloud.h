// The provider of tests/oidc, as an administrator has named it in the house.
#pragma once
#include "openid_provider.h"

#include <leadkeep/flow/oidc_sign_on.h>

#include <memory>
#include <string>
#include <string_view>

namespace leadkeep::test {

[[nodiscard]] inline flow::OidcProvider cloud(OpenIdProvider& provider,
                                              std::string_view issuer = kIssuer) {
  using identity::Role;
  oidc::Client client;
  client.id = kClientId;
  client.redirect_uri = kRedirectUri;
  flow::OidcProvider known;
  known.provider = std::make_unique<oidc::Provider>(std::string{issuer}, client, client_key(),
                                                    provider.exchange());
  known.scopes = {"openid", "profile"};
  known.rules.entity_id = issuer;
  known.rules.username_attribute = "preferred_username";
  known.rules.name_attribute = "name";
  known.rules.group_attribute = "groups";
  known.rules.roles = {{"agents", Role::kAgent}, {"leads", Role::kSupervisor}};
  known.rules.teams = {{"agents", "Claims"}};
  known.rules.second_factor_values = {"mfa"};
  return known;
}

}  // namespace leadkeep::test
