#include "atoms.h"

#include <leadkeep/base/text.h>
#include <leadkeep/privacy/mask.h>

#include <limits>

namespace leadkeep::privacy {
namespace {

constexpr std::string_view kHiddenDigits = "•••••••";
constexpr std::string_view kHiddenEmail = "•••@•••";
constexpr std::string_view kHiddenText = "•••";

bool is_boundary(std::string_view utf8, std::size_t at) noexcept {
  return at == utf8.size() || (static_cast<unsigned char>(utf8[at]) & 0xc0) != 0x80;
}

bool fits(std::string_view utf8, std::span<const Span> spans) noexcept {
  if (utf8.size() > std::numeric_limits<std::uint32_t>::max() || !is_valid_utf8(utf8)) {
    return false;
  }
  std::size_t previous_end = 0;
  for (const Span& span : spans) {
    const bool known_kind = span.kind == SpanKind::kPhone || span.kind == SpanKind::kEmail ||
                            span.kind == SpanKind::kNumber;
    if (!known_kind || span.start < previous_end || span.start >= span.end ||
        span.end > utf8.size() || !is_boundary(utf8, span.start) || !is_boundary(utf8, span.end)) {
      return false;
    }
    previous_end = span.end;
  }
  return true;
}

std::string last_two_digits(std::string_view utf8) {
  std::string digits;
  for (const Atom& atom : read_atoms(utf8, Escapes::kDecode)) {
    if (atom.cls == AtomClass::kDigit) {
      append_digits(digits, atom);
    }
  }
  return digits.size() > 2 ? digits.substr(digits.size() - 2) : std::string{};
}

std::string mask_of(std::string_view hidden, SpanKind kind) {
  switch (kind) {
    case SpanKind::kPhone:
      return std::string{kHiddenDigits} + last_two_digits(hidden);
    case SpanKind::kEmail:
      return std::string{kHiddenEmail};
    case SpanKind::kNumber:
      break;
  }
  return std::string{kHiddenDigits};
}

// What the finder leaves has fewer digits in a row: no date has nine of them. More of them mean that
// the spans are not those of this text.
bool holds_number(std::string_view utf8) noexcept {
  constexpr unsigned kMostDigits = 8;
  unsigned run = 0;
  for (const char c : utf8) {
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    if (run > kMostDigits) {
      return true;
    }
  }
  return false;
}

MaskedText hide_all() {
  return {std::string{kHiddenText},
          {{0, static_cast<std::uint32_t>(count_code_points(kHiddenText)), SpanKind::kNumber}}};
}

std::uint32_t code_points(std::string_view utf8) noexcept {
  return static_cast<std::uint32_t>(count_code_points(utf8));
}

}  // namespace

MaskedText mask_text(std::string_view utf8, std::span<const Span> spans) {
  if (!fits(utf8, spans)) {
    return hide_all();
  }
  MaskedText masked;
  std::uint32_t written = 0;  // code points of masked.body
  std::size_t read = 0;
  for (const Span& span : spans) {
    const auto before = utf8.substr(read, span.start - read);
    const auto mask = mask_of(utf8.substr(span.start, span.end - span.start), span.kind);
    const std::uint32_t start = written + code_points(before);
    written = start + code_points(mask);
    masked.body.append(before).append(mask);
    masked.spans.push_back({start, written, span.kind});
    read = span.end;
  }
  masked.body.append(utf8.substr(read));
  return holds_number(masked.body) ? hide_all() : masked;
}

MaskedText clear_text(std::string_view utf8, std::span<const Span> spans) {
  MaskedText clear{std::string{utf8}, {}};
  if (!fits(utf8, spans)) {
    return clear;
  }
  std::uint32_t counted = 0;  // code points before `read`
  std::size_t read = 0;
  for (const Span& span : spans) {
    const std::uint32_t start = counted + code_points(utf8.substr(read, span.start - read));
    counted = start + code_points(utf8.substr(span.start, span.end - span.start));
    clear.spans.push_back({start, counted, span.kind});
    read = span.end;
  }
  return clear;
}

std::string mask_phone(const Pii<std::string>& phone) {
  const std::string& text = phone.expose();
  return is_valid_utf8(text) ? mask_of(text, SpanKind::kPhone) : std::string{kHiddenDigits};
}

std::string mask_email(const Pii<std::string>&) {
  return std::string{kHiddenEmail};
}

std::string mask_opaque(const Pii<std::string>&) {
  return std::string{kHiddenText};
}

}  // namespace leadkeep::privacy
