#include "encode.h"

#include <leadkeep/base/bytes.h>

#include <algorithm>

namespace leadkeep::leaktest {
namespace {

// Letters and digits, and "-._~" (RFC 3986 section 2.3).
bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"-._~"}.find(c) != std::string_view::npos;
}

void append_percent(std::string& out, char c) {
  out.append("%").append(to_hex(as_bytes({&c, 1})));
}

}  // namespace

std::string base64url(std::string_view bytes) {
  return to_base64url(as_bytes(bytes));
}

std::string base64(std::string_view bytes) {
  std::string out = base64url(bytes);
  std::ranges::replace(out, '-', '+');
  std::ranges::replace(out, '_', '/');
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string from_base32(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr unsigned kBitsPerLetter = 5;
  constexpr unsigned kBitsPerByte = 8;
  std::string out;
  unsigned value = 0;
  unsigned bits = 0;
  for (const char c : text) {
    value = (value << kBitsPerLetter) | (static_cast<unsigned>(kAlphabet.find(c)) & 0x1fU);
    bits += kBitsPerLetter;
    if (bits >= kBitsPerByte) {
      bits -= kBitsPerByte;
      out.push_back(static_cast<char>((value >> bits) & 0xffU));
    }
  }
  return out;
}

std::string utf16(std::string_view ascii, ByteOrder order) {
  std::string out;
  for (const char c : ascii) {
    if (order == ByteOrder::kBig) {
      out.push_back('\0');
    }
    out.push_back(c);
    if (order == ByteOrder::kLittle) {
      out.push_back('\0');
    }
  }
  return out;
}

std::string percent_encoded(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    append_percent(out, c);
  }
  return out;
}

std::string url_encoded(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      append_percent(out, c);
    }
  }
  return out;
}

std::string json_escaped(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) {
    out.append("\\u00").append(to_hex(as_bytes({&c, 1})));
  }
  return out;
}

}  // namespace leadkeep::leaktest
