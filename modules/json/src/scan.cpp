#include "scan.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace leadkeep::json {
namespace {

constexpr std::size_t kEscapeLength = 6;  // \uXXXX
constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kDigitsOfAnyDouble = 300;  // so many digits without an exponent always fit

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
    scan.mends.push_back({pos, kEscapeLength, "\\ufffd"});
  }
  return pos + kEscapeLength;
}

// RFC 8259 section 6. What only looks like a number is left to the library, which refuses it.
bool is_number(std::string_view text) {
  const auto take_one_of = [&text](std::string_view characters) {
    const bool there = !text.empty() && characters.find(text.front()) != std::string_view::npos;
    text.remove_prefix(there ? 1 : 0);
    return there;
  };
  const auto take_digits = [&text] {
    const auto count = std::min(text.find_first_not_of(kDigits), text.size());
    text.remove_prefix(count);
    return count;
  };
  take_one_of("-");
  const bool leading_zero = text.starts_with('0');
  const auto digits = take_digits();
  if (digits == 0 || (leading_zero && digits > 1)) {
    return false;
  }
  if (take_one_of(".") && take_digits() == 0) {
    return false;
  }
  if (take_one_of("eE")) {
    take_one_of("+-");
    if (take_digits() == 0) {
      return false;
    }
  }
  return text.empty();
}

// Goes over the number at `pos` and notes it if no double holds it.
std::size_t skip_number(std::string_view text, std::size_t pos, Scan& scan) {
  const auto size = std::min(text.find_first_not_of("+-.0123456789Ee", pos), text.size()) - pos;
  const auto number = text.substr(pos, size);
  const bool may_be_large = size > kDigitsOfAnyDouble || number.find_first_of("eE") < size;
  if (may_be_large && is_number(number) &&
      std::isinf(std::strtod(std::string{number}.c_str(), nullptr))) {
    scan.mends.push_back({pos, size, "null"});
    scan.has_part_beyond = true;
  }
  return pos + size;
}

// Counts brackets, and notes each part that is nested too deeply as one.
class Nesting {
 public:
  Nesting(Scan& scan, std::size_t max_depth) noexcept : m_scan{scan}, m_max_depth{max_depth} {}

  void open(std::size_t pos) {
    if (m_depth++ == m_max_depth) {
      m_part = pos;
      m_scan.has_part_beyond = true;
    }
  }

  void close(std::size_t pos) {
    if (m_depth == 0) {
      return;
    }
    --m_depth;
    if (m_depth != m_max_depth) {
      return;
    }
    while (!m_scan.mends.empty() && m_scan.mends.back().begin > m_part) {
      m_scan.mends.pop_back();
    }
    m_scan.mends.push_back({m_part, pos + 1 - m_part, "null"});
  }

  [[nodiscard]] bool is_too_deep() const noexcept { return m_depth > m_max_depth; }

 private:
  Scan& m_scan;
  std::size_t m_max_depth;
  std::size_t m_depth = 0;
  std::size_t m_part = 0;
};

}  // namespace

Scan scan_text(std::string_view text, std::size_t max_depth) {
  Scan scan;
  Nesting nesting{scan, max_depth};
  bool in_string = false;
  for (std::size_t pos = 0; pos < text.size();) {
    const char c = text[pos];
    if (in_string && c == '\\') {
      pos = skip_escape(text, pos, scan);
      continue;
    }
    if (!in_string && (c == '-' || (c >= '0' && c <= '9'))) {
      pos = skip_number(text, pos, scan);
      continue;
    }
    if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      nesting.open(pos);
    } else if (!in_string && (c == ']' || c == '}')) {
      nesting.close(pos);
    } else if (!in_string && c == '\0') {
      scan.has_stray_nul = true;
    }
    ++pos;
  }
  scan.ends_too_deep = nesting.is_too_deep();
  return scan;
}

std::string mended(std::string_view text, const std::vector<Mend>& mends) {
  std::string out;
  out.reserve(text.size());
  std::size_t taken = 0;
  for (const auto& [begin, size, by] : mends) {
    out.append(text.substr(taken, begin - taken)).append(by);
    taken = begin + size;
  }
  return out.append(text.substr(taken));
}

}  // namespace leadkeep::json
