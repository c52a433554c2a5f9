// OpenSSL counts in unsigned char, and in int where it takes pieces of data.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/check.h>

#include <limits>

namespace leadkeep::crypto {

[[nodiscard]] inline const unsigned char* uchars(const std::byte* bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes);
}

[[nodiscard]] inline unsigned char* uchars(std::byte* bytes) noexcept {
  return reinterpret_cast<unsigned char*>(bytes);
}

inline constexpr std::size_t kMaxPiece = std::numeric_limits<int>::max();

[[nodiscard]] inline int piece_size(ByteView bytes) noexcept {
  LK_CHECK(bytes.size() <= kMaxPiece);
  return static_cast<int>(bytes.size());
}

}  // namespace leadkeep::crypto
