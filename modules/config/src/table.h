// The rows of settings.def, saml_provider.def and oidc_provider.def as data.
#pragma once
#include <leadkeep/config/settings.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leadkeep::config {

template <class Target>
struct Row {
  std::string key;                      // section.name; of a provider the name alone
  std::optional<std::string> fallback;  // nothing: the key is required
  std::string unit;
  std::string reason;
  std::string expected;                                     // see Form
  std::function<bool(Target&, const std::string&)> assign;  // false: not of the expected form
};

using Setting = Row<Settings>;

// In the order of settings.def, which keeps the keys of a section together.
[[nodiscard]] std::span<const Setting> table();
// In the order of saml_provider.def and oidc_provider.def.
[[nodiscard]] std::span<const Row<SamlProvider>> saml_table();
[[nodiscard]] std::span<const Row<OidcProvider>> oidc_table();

// "saml.NAME." or "oidc.NAME.", and the name of a setting; nothing for what is not of this form. Views
// of `key`.
struct ProviderKey {
  std::string_view protocol;  // saml or oidc
  std::string_view provider;  // NAME
  std::string_view setting;   // known or not
};

[[nodiscard]] std::optional<ProviderKey> provider_key(std::string_view key);

[[nodiscard]] bool is_known(std::string_view key);

}  // namespace leadkeep::config
