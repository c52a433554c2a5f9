#include "atoms.h"

#include <leadkeep/base/bytes.h>

#include <array>
#include <cmath>
#include <optional>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

namespace leadkeep::privacy {
namespace {

UChar32 to_icu(char32_t c) noexcept {
  return static_cast<UChar32>(c);
}

const UNormalizer2* nfkc() noexcept {
  static const UNormalizer2* const instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return ::unorm2_getNFKCInstance(&status);
  }();
  return instance;
}

// The compatibility equivalent, where it is one code point.
char32_t fold(char32_t c) noexcept {
  if (c < 0x80) {
    return c;
  }
  UChar buffer[32];
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length = ::unorm2_getDecomposition(nfkc(), to_icu(c), buffer, 32, &status);
  if (length <= 0 || U_FAILURE(status)) {
    return c;
  }
  UChar32 single = 0;
  int32_t count = 0;
  ::u_strToUTF32(&single, 1, &count, buffer, length, &status);
  return count == 1 && U_SUCCESS(status) ? static_cast<char32_t>(single) : c;
}

constexpr int kNoDigit = -1;

// U+2460 and U+2776 (circled digits) have no decimal type, but a reader sees a digit: so every
// whole numeric value counts, of Han letters only those that are written digit by digit.
int digit_value(char32_t c) noexcept {
  if (c < 0x80) {
    return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : kNoDigit;
  }
  const double value = ::u_getNumericValue(to_icu(c));
  const double most = ::u_charType(to_icu(c)) == U_OTHER_LETTER ? 9 : 99;
  const bool whole = value >= 0 && value <= most && value == std::floor(value);
  return whole ? static_cast<int>(value) : kNoDigit;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

struct EscapedByte {
  unsigned char byte;
  std::size_t end;
};

// %41, and %2541 or %252541 where an encoder ran more than once.
std::optional<EscapedByte> read_percent_byte(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size() || text[at] != '%') {
    return std::nullopt;
  }
  ++at;
  while (text.substr(at, 2) == "25") {
    at += 2;
  }
  if (at + 2 > text.size()) {
    return std::nullopt;
  }
  const int high = hex_value(text[at]);
  const int low = hex_value(text[at + 1]);
  if (high < 0 || low < 0) {
    return std::nullopt;
  }
  return EscapedByte{static_cast<unsigned char>(high * 16 + low), at + 2};
}

std::optional<CodePoint> read_percent(std::string_view text, std::size_t at) noexcept {
  const auto lead = read_percent_byte(text, at);
  if (!lead) {
    return std::nullopt;
  }
  const int trail_count = U8_COUNT_TRAIL_BYTES(lead->byte);
  uint8_t bytes[4] = {lead->byte};
  std::size_t end = lead->end;
  for (int i = 1; i <= trail_count; ++i) {
    const auto next = read_percent_byte(text, end);
    if (!next) {
      return std::nullopt;
    }
    bytes[i] = next->byte;
    end = next->end;
  }
  int32_t used = 0;
  UChar32 c = 0;
  // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): a macro of ICU
  U8_NEXT(bytes, used, trail_count + 1, c);
  if (c < 0 || used != trail_count + 1) {
    return std::nullopt;
  }
  return CodePoint{static_cast<char32_t>(c), end};
}

// &#64; and &#x40;
std::optional<CodePoint> read_reference(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kMostDigits = 7;
  if (text.substr(at, 2) != "&#") {
    return std::nullopt;
  }
  at += 2;
  int base = 10;
  if (at < text.size() && (text[at] | 0x20) == 'x') {
    base = 16;
    ++at;
  }
  char32_t c = 0;
  std::size_t digits = 0;
  for (; at < text.size() && digits <= kMostDigits; ++at, ++digits) {
    const int value = hex_value(text[at]);
    if (value < 0 || value >= base) {
      break;
    }
    c = c * static_cast<char32_t>(base) + static_cast<char32_t>(value);
  }
  const bool closed = at < text.size() && text[at] == ';';
  const bool is_character = c <= 0x10ffff && !U_IS_SURROGATE(c);
  if (digits == 0 || digits > kMostDigits || !closed || !is_character) {
    return std::nullopt;
  }
  return CodePoint{c, at + 1};
}

CodePoint read_decoded(std::string_view text, std::size_t at) noexcept {
  if (const auto percent = read_percent(text, at)) {
    return *percent;
  }
  if (const auto reference = read_reference(text, at)) {
    return *reference;
  }
  return read_code_point(text, at);
}

}  // namespace

CodePoint read_code_point(std::string_view utf8, std::size_t at) noexcept {
  UChar32 c = 0;
  std::size_t end = at;
  U8_NEXT_UNSAFE(utf8.data(), end, c);
  return {static_cast<char32_t>(c), end};
}

bool is_mark(char32_t c) noexcept {
  return (U_MASK(::u_charType(to_icu(c))) & U_GC_M_MASK) != 0;
}

bool is_punctuation(char32_t c) noexcept {
  constexpr std::u32string_view kInLabels = U"\u00b7\u05f3\u05f4\u30fb";
  return (U_MASK(::u_charType(to_icu(c))) & U_GC_P_MASK) != 0 &&
         kInLabels.find(c) == std::u32string_view::npos;
}

AtomClass class_of(char32_t c) noexcept {
  constexpr char32_t kBrailleBlank = 0x2800;
  constexpr char32_t kKatakanaLengthMark = 0x30fc;  // stands for a dash in Japanese numbers
  if (digit_value(c) != kNoDigit) {
    return AtomClass::kDigit;
  }
  if (c == '*' || c == '_' || c == '~' || c == '`') {
    return AtomClass::kMarkup;
  }
  if (::u_isUWhiteSpace(to_icu(c)) || c == kBrailleBlank) {
    return AtomClass::kSpace;
  }
  if (c == kKatakanaLengthMark) {
    return AtomClass::kSeparator;
  }
  const uint32_t category = U_MASK(::u_charType(to_icu(c)));
  if ((category & (U_GC_CF_MASK | U_GC_CC_MASK | U_GC_MN_MASK | U_GC_ME_MASK)) != 0 ||
      ::u_hasBinaryProperty(to_icu(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
    return AtomClass::kInvisible;
  }
  if ((category & (U_GC_L_MASK | U_GC_N_MASK | U_GC_MC_MASK | U_GC_SC_MASK)) != 0) {
    return AtomClass::kLetter;
  }
  return AtomClass::kSeparator;
}

bool has_escapes(std::string_view utf8) noexcept {
  return utf8.find('%') != std::string_view::npos || utf8.find("&#") != std::string_view::npos;
}

std::vector<Atom> read_atoms(std::string_view utf8, Escapes escapes) {
  std::vector<Atom> atoms;
  atoms.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint read =
        escapes == Escapes::kDecode ? read_decoded(utf8, at) : read_code_point(utf8, at);
    // A circled digit keeps its value, although it folds to a plain one: both are the same here,
    // but U+2473 (20) would fold to two characters.
    const int value = digit_value(read.c);
    const char32_t folded = fold(read.c);
    atoms.push_back({.c = folded,
                     .start = static_cast<std::uint32_t>(at),
                     .end = static_cast<std::uint32_t>(read.end),
                     .cls = value != kNoDigit ? AtomClass::kDigit : class_of(folded),
                     .value = static_cast<std::uint8_t>(value != kNoDigit ? value : 0)});
    at = read.end;
  }
  return atoms;
}

void append_utf8(std::string& out, char32_t c) {
  std::array<uint8_t, U8_MAX_LENGTH> bytes{};
  std::size_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  out.append(as_text(std::as_bytes(std::span{bytes})).substr(0, length));
}

void append_digits(std::string& out, const Atom& digit) {
  if (digit.value > 9) {
    out.push_back(static_cast<char>('0' + digit.value / 10));
  }
  out.push_back(static_cast<char>('0' + digit.value % 10));
}

}  // namespace leadkeep::privacy
