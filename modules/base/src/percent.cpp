#include <leadkeep/base/bytes.h>
#include <leadkeep/base/percent.h>
#include <leadkeep/base/text.h>

#include <algorithm>

namespace leadkeep {
namespace {

bool is_unreserved(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', kDigits[octet >> 4U], kDigits[octet & 0xfU]};
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view encoded) {
  constexpr std::size_t kDigits = 2;
  std::string text;
  text.reserve(encoded.size());
  while (!encoded.empty()) {
    if (encoded.front() != '%') {
      text += encoded.front();
      encoded.remove_prefix(1);
      continue;
    }
    const auto octet = from_hex(to_lower_ascii(encoded.substr(1, kDigits)));
    if (!octet || octet->size() != 1) {
      return std::nullopt;
    }
    text += as_text(*octet);
    encoded.remove_prefix(1 + kDigits);
  }
  return text;
}

std::optional<std::string> form_decode(std::string_view encoded) {
  std::string with_blanks{encoded};
  std::ranges::replace(with_blanks, '+', ' ');
  return percent_decode(with_blanks);
}

}  // namespace leadkeep
