#include <leadkeep/base/bytes.h>

#include <algorithm>

namespace leadkeep {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::optional<unsigned> digit_value(std::string_view alphabet, char c) {
  const std::size_t at = alphabet.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<unsigned>(at)};
}

}  // namespace

bool same_bytes(ByteView a, ByteView b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool starts_with(ByteView bytes, ByteView prefix) noexcept {
  return bytes.size() >= prefix.size() && same_bytes(bytes.first(prefix.size()), prefix);
}

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::byte b : bytes) {
    out += kHexDigits[std::to_integer<unsigned>(b) >> 4];
    out += kHexDigits[std::to_integer<unsigned>(b) & 0xf];
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit_value(kHexDigits, text[i]);
    const auto low = digit_value(kHexDigits, text[i + 1]);
    if (!high || !low) {
      return std::nullopt;
    }
    out.push_back(static_cast<std::byte>((*high << 4) | *low));
  }
  return out;
}

std::string to_base64url(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (const std::byte b : bytes) {
    window = (window << 8) | std::to_integer<std::uint32_t>(b);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += kBase64Url[(window >> bits) & 0x3f];
    }
  }
  if (bits > 0) {
    out += kBase64Url[(window << (6 - bits)) & 0x3f];
  }
  return out;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto digit = digit_value(kBase64Url, c);
    if (!digit) {
      return std::nullopt;
    }
    window = (window << 6) | *digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::byte>((window >> bits) & 0xff));
    }
  }
  const std::uint32_t left_over = window & ((1U << bits) - 1);
  if (bits >= 6 || left_over != 0) {
    return std::nullopt;
  }
  return out;
}

}  // namespace leadkeep
