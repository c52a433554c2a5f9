// Small things that the tests of store share.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/key.h>
#include <leadkeep/store/sealed_record.h>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace leadkeep::store {

[[nodiscard]] inline Bytes bytes_of(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

[[nodiscard]] inline std::string text_of(ByteView bytes) {
  return std::string{as_text(bytes)};
}

// The bytes `first`, `first` + 1, …
template <std::size_t N>
[[nodiscard]] ByteArray<N> counting_bytes(unsigned first) {
  ByteArray<N> bytes;
  for (std::size_t i = 0; i < N; ++i) {
    bytes[i] = static_cast<std::byte>(first + i);
  }
  return bytes;
}

// A key that anyone can write down again.
[[nodiscard]] inline crypto::Key256 counting_key() {
  return crypto::Key256::from_bytes(counting_bytes<32>(0)).value();
}

inline constexpr std::size_t kBitsPerByte = 8;

template <class Container>
[[nodiscard]] Container with_bit_flipped(Container bytes, std::size_t bit) {
  bytes[bit / kBitsPerByte] ^= static_cast<std::byte>(1u << (bit % kBitsPerByte));
  return bytes;
}

template <class T>
[[nodiscard]] ::testing::AssertionResult is_ok(const Result<T>& result) {
  if (result.ok()) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << name_of(result.error().code) << ": " << result.error().detail;
}

template <class T>
[[nodiscard]] ::testing::AssertionResult fails_with(const Result<T>& result, Errc code) {
  if (result.ok()) {
    return ::testing::AssertionFailure() << "is ok instead of " << name_of(code);
  }
  if (result.error().code != code) {
    return ::testing::AssertionFailure() << "fails with " << name_of(result.error().code)
                                         << " instead: " << result.error().detail;
  }
  return ::testing::AssertionSuccess();
}

}  // namespace leadkeep::store
