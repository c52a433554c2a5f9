#include "base64.h"

#include <string>

namespace leadkeep::saml_judge {

std::optional<Bytes> from_base64(std::string_view text, Blanks blanks) {
  std::string without;
  without.reserve(text.size());
  for (const char c : text) {
    if (c != '\r' && c != '\n' && (blanks == Blanks::kLineEnds || (c != ' ' && c != '\t'))) {
      without.push_back(c);
    }
  }
  return leadkeep::from_base64(without);
}

}  // namespace leadkeep::saml_judge
