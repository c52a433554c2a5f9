#include "table.h"

#include "forms.h"

#include <leadkeep/config/load.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace leadkeep::config {
namespace {

constexpr std::nullopt_t kRequired = std::nullopt;

template <class Target, class Member, class T>
std::function<bool(Target&, const std::string&)> assigner(Member member, Form<T> form) {
  return [member, read = std::move(form.read)](Target& target, const std::string& text) {
    auto value = read(text);
    if (!value) {
      return false;
    }
    member(target) = *std::move(value);
    return true;
  };
}

template <class Target>
bool holds(std::span<const Row<Target>> rows, std::string_view key) {
  return std::ranges::find(rows, key, &Row<Target>::key) != rows.end();
}

}  // namespace

#define LK_SETTING(key, member, form, fallback, unit, reason) \
  Row<Target>{key,                                            \
              fallback,                                       \
              unit,                                           \
              reason,                                         \
              (form).expected,                                \
              assigner<Target>([](Target& target) -> auto& { return target.member; }, form)},

std::span<const Setting> table() {
  using Target = Settings;
  static const std::vector<Setting> rows{
#include "settings.def"
  };
  return rows;
}

std::span<const Row<SamlProvider>> saml_table() {
  using Target = SamlProvider;
  static const std::vector<Row<SamlProvider>> rows{
#include "saml_provider.def"
  };
  return rows;
}

std::span<const Row<OidcProvider>> oidc_table() {
  using Target = OidcProvider;
  static const std::vector<Row<OidcProvider>> rows{
#include "oidc_provider.def"
  };
  return rows;
}

#undef LK_SETTING

bool is_provider_name(std::string_view name) {
  constexpr std::size_t kLongestName = 32;
  return !name.empty() && name.size() <= kLongestName &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

std::optional<ProviderKey> provider_key(std::string_view key) {
  const std::string_view protocol = key.substr(0, key.find('.'));
  if ((protocol != "saml" && protocol != "oidc") || protocol.size() == key.size()) {
    return std::nullopt;
  }
  key.remove_prefix(protocol.size() + 1);
  const std::size_t dot = key.find('.');
  const std::string_view name = key.substr(0, dot);
  if (dot == std::string_view::npos || !is_provider_name(name)) {
    return std::nullopt;
  }
  return ProviderKey{protocol, name, key.substr(dot + 1)};
}

bool is_known(std::string_view key) {
  const auto of_provider = provider_key(key);
  if (!of_provider) {
    return holds(table(), key);
  }
  return of_provider->protocol == "saml" ? holds(saml_table(), of_provider->setting)
                                         : holds(oidc_table(), of_provider->setting);
}

}  // namespace leadkeep::config
