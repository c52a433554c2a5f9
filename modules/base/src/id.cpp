#include <leadkeep/base/id.h>

namespace leadkeep {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kUlidDigits = 26;  // 130 bits: the first digit carries three

}  // namespace

std::string to_crockford(const Ulid& ulid) {
  std::string out(kUlidDigits, '0');
  unsigned window = 0;
  unsigned bits = 0;
  std::size_t at = kUlidDigits;
  for (std::size_t i = ulid.size(); i-- > 0;) {
    window |= std::to_integer<unsigned>(ulid[i]) << bits;
    bits += 8;
    while (bits >= 5) {
      out[--at] = kCrockford[window & 0x1f];
      window >>= 5;
      bits -= 5;
    }
  }
  out[--at] = kCrockford[window & 0x1f];
  return out;
}

std::optional<Ulid> from_crockford(std::string_view text) {
  if (text.size() != kUlidDigits || text.front() > '7') {
    return std::nullopt;
  }
  Ulid ulid{};
  unsigned window = 0;
  unsigned bits = 0;
  std::size_t at = ulid.size();
  for (std::size_t i = text.size(); i-- > 0;) {
    const std::size_t digit = kCrockford.find(text[i]);
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    window |= static_cast<unsigned>(digit) << bits;
    bits += 5;
    if (bits >= 8 && at > 0) {
      ulid[--at] = static_cast<std::byte>(window & 0xff);
      window >>= 8;
      bits -= 8;
    }
  }
  return ulid;
}

}  // namespace leadkeep
