// libxml2 counts characters in unsigned char.
#pragma once
#include <string_view>

namespace leadkeep::saml_judge {

[[nodiscard]] inline std::string_view view(const unsigned char* text) noexcept {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

}  // namespace leadkeep::saml_judge
