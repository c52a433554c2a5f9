#include "base64.h"

#include <string>

namespace leadkeep::saml_judge {

std::optional<Bytes> from_base64(std::string_view text, Blanks blanks) {
  std::string without{text};
  std::erase_if(without, [&](char c) {
    return c == '\r' || c == '\n' || (blanks == Blanks::kAnywhere && (c == ' ' || c == '\t'));
  });
  return leadkeep::from_base64(without);
}

}  // namespace leadkeep::saml_judge
