// Reads the little CBOR of WebAuthn: definite lengths, no tags and no floats, four levels.
//
// Every byte string comes back as a view of the input. Nothing of it is believed before it was read
// to its end, so a length is never room that is made.
// Source   RFC 8949
#pragma once
#include <leadkeep/base/bytes.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace leadkeep::webauthn {

class CborReader {
 public:
  explicit CborReader(ByteView input) noexcept : m_rest{input} {}

  // Each takes one item of its kind, or nothing, and then the reader is good for nothing more.
  [[nodiscard]] std::optional<std::uint64_t> map();  // how many pairs follow
  [[nodiscard]] std::optional<std::string_view> text();
  [[nodiscard]] std::optional<ByteView> bytes();
  [[nodiscard]] std::optional<ByteView> any();  // a whole item, as it is encoded

  [[nodiscard]] bool is_at_end() const noexcept { return m_rest.empty(); }

 private:
  enum class Major : std::uint8_t {
    kUnsigned,
    kNegative,
    kBytes,
    kText,
    kArray,
    kMap,
    kTag,
    kSimple
  };

  struct Head {
    Major major;
    std::uint64_t value;
  };

  [[nodiscard]] std::optional<Head> head();
  [[nodiscard]] std::optional<ByteView> string_of(Major major);
  [[nodiscard]] std::optional<ByteView> take(std::uint64_t size);
  [[nodiscard]] bool skip(int levels);

  ByteView m_rest;
};

}  // namespace leadkeep::webauthn
