#include <leadkeep/base/text.h>
#include <leadkeep/mail/address.h>

#include <algorithm>

namespace leadkeep::mail {
namespace {

constexpr std::size_t kMostBytes = 254;
constexpr std::size_t kMostLocalBytes = 64;
constexpr std::size_t kMostLabelBytes = 63;

bool is_atext(char c) {
  constexpr std::string_view kSymbols = "!#$%&'*+-/=?^_`{|}~";
  return is_alphanumeric(c) || kSymbols.find(c) != std::string_view::npos;
}

bool is_host_character(char c) {
  return is_alphanumeric(c) || c == '-';
}

// One or more parts with dots between them, each of 1 to `most` such characters.
template <class IsPart>
bool is_dotted(std::string_view text, std::size_t most, const IsPart& is_part_character) {
  while (true) {
    const std::string_view part = text.substr(0, text.find('.'));
    if (part.empty() || part.size() > most || !std::ranges::all_of(part, is_part_character)) {
      return false;
    }
    if (part.size() == text.size()) {
      return true;
    }
    text.remove_prefix(part.size() + 1);
  }
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  const auto at = text.rfind('@');
  if (text.size() > kMostBytes || at == std::string_view::npos || at > kMostLocalBytes ||
      !is_dotted(text.substr(0, at), kMostLocalBytes, is_atext) ||
      !is_dotted(text.substr(at + 1), kMostLabelBytes, is_host_character)) {
    return std::nullopt;
  }
  return Address{std::string{text}};
}

std::string_view Address::domain() const noexcept {
  return std::string_view{m_text}.substr(m_text.rfind('@') + 1);
}

}  // namespace leadkeep::mail
