// atoms.h — text as a reader perceives it: code points with their class and their place
//
// A reader sees a digit where software sees U+FF11, a keycap emoji or "%31", and sees nothing where
// a zero-width space is. Everything that looks for contact data works on atoms.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::privacy {

enum class AtomClass : std::uint8_t {
  kDigit,      // has a decimal value, in any script: Nd, circled, superscript, Han
  kLetter,     // and everything else that ends a run of digits, such as a currency sign
  kSpace,      // any white space, line ends included
  kInvisible,  // format and control characters, non-spacing marks, fillers
  kMarkup,     // * _ ~ ` which WhatsApp renders as bold, italic, struck through and code
  kSeparator,  // every other punctuation mark or symbol
};

struct Atom {
  char32_t c;           // compatibility-folded: U+FF20 is '@'
  std::uint32_t start;  // bytes of the text this stands for
  std::uint32_t end;
  AtomClass cls;
  std::uint8_t value;  // of a digit: 0..99
};

struct CodePoint {
  char32_t c;
  std::size_t end;  // offset of the byte after it
};

// The code point that starts at byte `at` of valid UTF-8.
[[nodiscard]] CodePoint read_code_point(std::string_view utf8, std::size_t at) noexcept;

enum class Escapes : std::uint8_t { kKeep, kDecode };

// kDecode also reads %40, %2540 and &#64; as the character they stand for. `utf8` must be valid.
[[nodiscard]] std::vector<Atom> read_atoms(std::string_view utf8, Escapes escapes);
[[nodiscard]] bool has_escapes(std::string_view utf8) noexcept;

[[nodiscard]] AtomClass class_of(char32_t c) noexcept;
[[nodiscard]] bool is_mark(char32_t c) noexcept;  // Mn, Mc, Me
// Pc, Pd, Ps, Pe, Pi, Pf, Po, but for those that stand in labels of domains (RFC 5892, A.3 to A.7).
[[nodiscard]] bool is_punctuation(char32_t c) noexcept;

void append_utf8(std::string& out, char32_t c);
// Decimal digits of a digit atom: one, or two for a character such as U+2473 (20).
void append_digits(std::string& out, const Atom& digit);

[[nodiscard]] inline unsigned digit_count(const Atom& digit) noexcept {
  return digit.value > 9 ? 2U : 1U;
}

}  // namespace leadkeep::privacy
