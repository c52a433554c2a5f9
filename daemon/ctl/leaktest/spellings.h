// leaktest/spellings.h — every way in which a mark could be written
//
// Takes    the marks of a run
// Yields   byte patterns; upper and lower case need no pattern of their own, the matcher folds them
//
// A phone number is looked for as its international and national digits with every usual prefix,
// and as its last seven digits; the pieces between which base64 may cut it are covered by encoding
// it at each of the three offsets and leaving out the characters that neighbours have a share in.
#pragma once
#include "marks.h"

#include <span>

namespace leadkeep::leaktest {

enum class Spelling : std::uint8_t {
  kPlain,  // as it was planted, the same digits, or with a prefix
  kNational,
  kPlus,
  kDoubleZero,
  kTel,
  kLastDigits,
  kReversed,
  kSeparated,  // digits with spaces, dashes, dots, slashes or brackets between them
  kPart,       // half of a name, the local part of an address, the middle of an id
  kPercent,
  kUrl,
  kBase64,
  kBase64Url,
  kHex,
  kUtf16Le,
  kUtf16Be,
  kUtf16Encoded,  // hex or base64 of UTF-16
  kJsonEscapes,
  kInteger,  // the number in eight bytes
  kPacked,   // two digits in a byte
};

[[nodiscard]] std::string_view name_of(Spelling spelling) noexcept;

// Whether a reader sees the mark itself, without decoding anything but JSON.
[[nodiscard]] bool is_plain(Spelling spelling) noexcept;

struct Pattern {
  std::string bytes;
  std::uint32_t mark;  // index into Marks::all()
  Spelling spelling;
};

struct Patterns {
  std::vector<Pattern> exact;
  std::vector<Pattern> digits;  // for a stream from which separators are left out
};

[[nodiscard]] Patterns spell(std::span<const Mark> marks);

}  // namespace leadkeep::leaktest
