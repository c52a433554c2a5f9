// The rows of settings.def as data.
#pragma once
#include <leadkeep/config/settings.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leadkeep::config {

struct Setting {
  std::string key;                      // section.name
  std::optional<std::string> fallback;  // nothing: the key is required
  std::string unit;
  std::string reason;
  std::string expected;                                       // see Form
  std::function<bool(Settings&, const std::string&)> assign;  // false: not of the expected form

  [[nodiscard]] std::string_view section() const& {
    return std::string_view{key}.substr(0, key.find('.'));
  }

  [[nodiscard]] std::string_view name() const& {
    return std::string_view{key}.substr(key.find('.') + 1);
  }
};

// In the order of settings.def, which keeps the keys of a section together.
[[nodiscard]] std::span<const Setting> table();

}  // namespace leadkeep::config
