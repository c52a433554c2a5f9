#include "scan.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace leadkeep::json {
namespace {

constexpr std::size_t kEscapeLength = 6;  // \uXXXX

// The UTF-16 unit that the escape at `pos` stands for; nothing if there is no complete one.
std::optional<std::uint16_t> unit_at(std::string_view text, std::size_t pos) {
  if (pos + kEscapeLength > text.size() || text[pos] != '\\' || text[pos + 1] != 'u') {
    return std::nullopt;
  }
  std::uint16_t unit = 0;
  const char* const end = text.data() + pos + kEscapeLength;
  const auto parsed = std::from_chars(text.data() + pos + 2, end, unit, 16);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional{unit} : std::nullopt;
}

bool is_high(std::uint16_t unit) noexcept {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low(std::uint16_t unit) noexcept {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

// Looks at the escape at `pos`, notes it if it is half of a pair, and returns where to go on.
std::size_t skip_escape(std::string_view text, std::size_t pos, Scan& scan) {
  const auto unit = unit_at(text, pos);
  if (!unit) {
    return pos + 2;
  }
  if (is_high(*unit)) {
    const auto next = unit_at(text, pos + kEscapeLength);
    if (next && is_low(*next)) {
      return pos + 2 * kEscapeLength;
    }
  }
  if (is_high(*unit) || is_low(*unit)) {
    scan.lone_surrogates.push_back(pos);
  }
  return pos + kEscapeLength;
}

}  // namespace

Scan scan_text(std::string_view text) {
  Scan scan;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t pos = 0; pos < text.size();) {
    const char c = text[pos];
    if (in_string && c == '\\') {
      pos = skip_escape(text, pos, scan);
      continue;
    }
    if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      scan.depth = std::max(scan.depth, ++depth);
    } else if (!in_string && (c == ']' || c == '}') && depth > 0) {
      --depth;
    } else if (!in_string && c == '\0') {
      scan.has_stray_nul = true;
    }
    ++pos;
  }
  return scan;
}

std::string replace_escapes(std::string_view text, const std::vector<std::size_t>& positions) {
  std::string out{text};
  for (const std::size_t pos : positions) {
    out.replace(pos, kEscapeLength, "\\ufffd");
  }
  return out;
}

}  // namespace leadkeep::json
