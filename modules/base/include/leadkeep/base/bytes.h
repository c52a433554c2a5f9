// leadkeep/base/bytes.h — byte strings: views, big-endian fields, hex and base64url
//
// Keys in the store are compared byte by byte, so numbers in them are big-endian.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

template <std::size_t N>
using ByteArray = std::array<std::byte, N>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span{text.data(), text.size()});
}

[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void append(Bytes& out, ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class Unsigned>
void append_be(Bytes& out, Unsigned value) {
  for (std::size_t i = sizeof(Unsigned); i-- > 0;) {
    out.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xff));
  }
}

// Reads sizeof(Unsigned) bytes from the front of `bytes`, which must hold as many.
template <class Unsigned>
[[nodiscard]] Unsigned read_be(ByteView bytes) noexcept {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>((value << 8) | std::to_integer<Unsigned>(bytes[i]));
  }
  return value;
}

[[nodiscard]] bool same_bytes(ByteView a, ByteView b) noexcept;  // not constant-time
[[nodiscard]] bool starts_with(ByteView bytes, ByteView prefix) noexcept;

[[nodiscard]] std::string to_hex(ByteView bytes);                    // lower case
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);  // lower case only, even length
[[nodiscard]] std::string to_base64(ByteView bytes);                 // RFC 4648 §4, padded
[[nodiscard]] std::optional<Bytes> from_base64(
    std::string_view text);                              // strict: padded, no blanks, no stray bits
[[nodiscard]] std::string to_base64url(ByteView bytes);  // RFC 4648 §5, no padding
[[nodiscard]] std::optional<Bytes> from_base64url(
    std::string_view text);                           // strict: no padding, no stray bits
[[nodiscard]] std::string to_base32(ByteView bytes);  // RFC 4648 §6, no padding

}  // namespace leadkeep
