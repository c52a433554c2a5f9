#include <leadkeep/base/bytes.h>

#include <algorithm>
#include <array>
#include <utility>

namespace leadkeep {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// An alphabet of 2^kBits characters; what is missing from the last one is zero.
template <unsigned kBits>
std::string in_alphabet(ByteView bytes, std::string_view alphabet) {
  constexpr std::uint32_t kMask = (1U << kBits) - 1;
  std::string out;
  out.reserve((bytes.size() * 8 + kBits - 1) / kBits);
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (const std::byte b : bytes) {
    window = (window << 8) | std::to_integer<std::uint32_t>(b);
    bits += 8;
    while (bits >= kBits) {
      bits -= kBits;
      out += alphabet[(window >> bits) & kMask];
    }
  }
  if (bits > 0) {
    out += alphabet[(window << (kBits - bits)) & kMask];
  }
  return out;
}

std::optional<unsigned> digit_value(std::string_view alphabet, char c) {
  const std::size_t at = alphabet.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<unsigned>(at)};
}

constexpr std::size_t kBase64Group = 4;

// By character, its place in the alphabet.
using Digits = std::array<std::uint8_t, 256>;
constexpr std::uint8_t kNoDigit = 0xff;

constexpr Digits digits_of(std::string_view alphabet) {
  Digits digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    digits.at(static_cast<unsigned char>(alphabet[i])) = static_cast<std::uint8_t>(i);
  }
  return digits;
}

constexpr Digits kBase64Digits = digits_of(kBase64);
constexpr Digits kBase64UrlDigits = digits_of(kBase64Url);

// Of whole messages too, so by a table. No digit is left over, and no bit.
std::optional<Bytes> from_digits(std::string_view text, const Digits& digits) {
  Bytes out(text.size() * 6 / 8);
  std::size_t written = 0;
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t digit = digits[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) {
      return std::nullopt;
    }
    window = (window << 6) | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[written++] = static_cast<std::byte>((window >> bits) & 0xff);
    }
  }
  const std::uint32_t left_over = window & ((1U << bits) - 1);
  return bits < 6 && left_over == 0 ? std::optional{std::move(out)} : std::nullopt;
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

std::string to_base64(ByteView bytes) {
  std::string text = in_alphabet<6>(bytes, kBase64);
  text.append((kBase64Group - text.size() % kBase64Group) % kBase64Group, '=');
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % kBase64Group != 0) {
    return std::nullopt;
  }
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
    text.remove_suffix(1);
  }
  return from_digits(text, kBase64Digits);
}

std::string to_base64url(ByteView bytes) {
  return in_alphabet<6>(bytes, kBase64Url);
}

std::string to_base32(ByteView bytes) {
  return in_alphabet<5>(bytes, kBase32);
}

std::optional<Bytes> from_base64url(std::string_view text) {
  return from_digits(text, kBase64UrlDigits);
}

}  // namespace leadkeep
