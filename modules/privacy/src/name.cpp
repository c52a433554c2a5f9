#include "atoms.h"

#include <leadkeep/base/text.h>
#include <leadkeep/privacy/mask.h>

#include <unicode/uchar.h>

namespace leadkeep::privacy {
namespace {

constexpr unsigned kMostMarks = 4;
constexpr std::size_t kMostCodePoints = 80;

enum class NamePart { kBase, kMark, kSpace, kRemoved };

NamePart part_of(char32_t c) noexcept {
  constexpr char32_t kNonJoiner = 0x200c;       // Persian and Indic names need both,
  constexpr char32_t kJoiner = 0x200d;          // emoji the second
  constexpr char32_t kGraphemeJoiner = 0x034f;  // a mark that nobody sees
  const auto icu = static_cast<UChar32>(c);
  if (c == kGraphemeJoiner) {
    return NamePart::kRemoved;
  }
  if (c == kNonJoiner || c == kJoiner || is_mark(c)) {
    return NamePart::kMark;
  }
  if (::u_isUWhiteSpace(icu)) {
    return NamePart::kSpace;
  }
  const uint32_t category = U_MASK(::u_charType(icu));
  if ((category & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CN_MASK)) != 0 ||
      ::u_hasBinaryProperty(icu, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
    return NamePart::kRemoved;
  }
  return NamePart::kBase;
}

std::string without_tricks(std::string_view utf8) {
  std::string name;
  unsigned marks = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto [c, end] = read_code_point(utf8, at);
    at = end;
    switch (part_of(c)) {
      case NamePart::kBase:
        marks = 0;
        append_utf8(name, c);
        break;
      case NamePart::kMark:
        if (++marks <= kMostMarks) {
          append_utf8(name, c);
        }
        break;
      case NamePart::kSpace:
        marks = 0;
        name.push_back(' ');
        break;
      case NamePart::kRemoved:
        break;
    }
  }
  return std::string{trim(name)};
}

// A mask changes what stands beside it, and with that what the finder sees there.
std::string without_contact(std::string name, const Region& region) {
  constexpr int kMostPasses = 4;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    const auto spans = find_spans(name, region);
    if (spans.empty()) {
      return name;
    }
    name = mask_text(name, spans).body;
  }
  return mask_opaque(Pii<std::string>{std::move(name)});
}

std::string shortened(std::string text) {
  std::size_t at = 0;
  for (std::size_t count = 0; count < kMostCodePoints && at < text.size(); ++count) {
    at = read_code_point(text, at).end;
  }
  if (at < text.size()) {
    text.resize(at);
    text.append("…");
  }
  return text;
}

}  // namespace

NameSafety check_name(std::string_view utf8, const Region& region) {
  if (!is_valid_utf8(utf8)) {
    return NameSafety::kHoldsContact;
  }
  return find_spans(without_tricks(utf8), region).empty() ? NameSafety::kPlain
                                                          : NameSafety::kHoldsContact;
}

std::string mask_name(std::string_view utf8, const Region& region) {
  if (!is_valid_utf8(utf8)) {
    return {};
  }
  return shortened(without_contact(without_tricks(utf8), region));
}

}  // namespace leadkeep::privacy
