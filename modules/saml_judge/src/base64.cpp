#include "base64.h"

#include <string>

namespace leadkeep::saml_judge {

std::optional<Bytes> from_base64(std::string_view text, Blanks blanks) {
  constexpr std::size_t kGroup = 4;
  std::string url;  // the same in the alphabet of section 5
  url.reserve(text.size());
  for (const char c : text) {
    if (c == '\r' || c == '\n' || (blanks == Blanks::kAnywhere && (c == ' ' || c == '\t'))) {
      continue;
    }
    if (c == '-' || c == '_') {
      return std::nullopt;
    }
    url.push_back(c == '+' ? '-' : c == '/' ? '_' : c);
  }
  if (url.size() % kGroup != 0) {
    return std::nullopt;
  }
  for (int padding = 0; padding < 2 && url.ends_with('='); ++padding) {
    url.pop_back();
  }
  return from_base64url(url);
}

}  // namespace leadkeep::saml_judge
