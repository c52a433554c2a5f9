#include "lone_date.h"

#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::privacy {
namespace {

// Longer than any span of dates with times, seconds included.
constexpr std::size_t kMostAtoms = 60;

std::optional<std::string> to_ascii(std::span<const Atom> run) {
  std::string text;
  for (const Atom& atom : run) {
    const bool ascii_digit = atom.c >= '0' && atom.c <= '9' && atom.end - atom.start == 1;
    if (atom.cls == AtomClass::kDigit && !ascii_digit) {
      return std::nullopt;
    }
    if (atom.cls == AtomClass::kSpace) {
      text.push_back(' ');
    } else if (atom.c >= 0x2010 && atom.c <= 0x2015) {
      text.push_back('-');
    } else if (atom.c > ' ' && atom.c < 0x7f) {
      text.push_back(static_cast<char>(atom.c));
    } else {
      return std::nullopt;
    }
  }
  return text;
}

struct Number {
  unsigned value;
  std::size_t length;
};

class Cursor {
 public:
  explicit Cursor(std::string_view text) : m_rest{text} {}

  [[nodiscard]] bool at_end() const noexcept { return m_rest.empty(); }

  std::optional<Number> number() noexcept {
    Number read{0, 0};
    while (!m_rest.empty() && m_rest.front() >= '0' && m_rest.front() <= '9' && read.length < 5) {
      read.value = read.value * 10 + static_cast<unsigned>(m_rest.front() - '0');
      ++read.length;
      m_rest.remove_prefix(1);
    }
    return read.length > 0 ? std::optional{read} : std::nullopt;
  }

  char take_one_of(std::string_view set) noexcept {
    if (m_rest.empty() || set.find(m_rest.front()) == std::string_view::npos) {
      return '\0';
    }
    const char taken = m_rest.front();
    m_rest.remove_prefix(1);
    return taken;
  }

  void skip_all_of(std::string_view set) noexcept {
    while (take_one_of(set) != '\0') {
    }
  }

 private:
  std::string_view m_rest;
};

bool is_year(const Number& n) noexcept {
  return n.length == 4 && n.value >= 1900 && n.value <= 2099;
}

bool is_month(const Number& n) noexcept {
  return n.length <= 2 && n.value >= 1 && n.value <= 12;
}

bool is_day(const Number& n) noexcept {
  return n.length <= 2 && n.value >= 1 && n.value <= 31;
}

bool take_date(Cursor& cursor) noexcept {
  const auto first = cursor.number();
  const char separator = cursor.take_one_of("-./");
  const auto second = cursor.number();
  if (!first || separator == '\0' || !second) {
    return false;
  }
  const bool day_first = is_day(*first) && is_month(*second);
  const bool more = cursor.take_one_of({&separator, 1}) == separator;
  const auto third = more ? cursor.number() : std::nullopt;
  if (!third) {
    // "24.11."; the last dot is no part of the run that ends here.
    return day_first && separator == '.' && (more || cursor.at_end());
  }
  if (is_year(*first)) {
    return is_month(*second) && is_day(*third);
  }
  const bool month_first = separator == '/' && is_month(*first) && is_day(*second);
  return (day_first || month_first) && is_year(*third);
}

bool take_time(Cursor& cursor) noexcept {
  const auto hour = cursor.number();
  if (!hour || hour->length > 2 || hour->value > 24) {
    return false;
  }
  int parts = 0;
  while (parts < 2 && cursor.take_one_of(":") != '\0') {
    const auto sixtieth = cursor.number();
    if (!sixtieth || sixtieth->length != 2 || sixtieth->value > 59) {
      return false;
    }
    ++parts;
  }
  return parts > 0;
}

// A cursor is small: what cannot be taken leaves a copy behind and the original untouched.
template <class Take>
bool try_take(Cursor& cursor, Take take) {
  Cursor ahead = cursor;
  if (!take(ahead)) {
    return false;
  }
  cursor = ahead;
  return true;
}

bool take_moment(Cursor& cursor) {
  const bool date = try_take(cursor, take_date);
  const bool time = try_take(cursor, [date](Cursor& ahead) {
    if (date && ahead.take_one_of(", ") == '\0') {
      return false;
    }
    ahead.skip_all_of(", ");
    return take_time(ahead);
  });
  return date || time;
}

bool take_dash_and_moment(Cursor& cursor) {
  cursor.skip_all_of(" ");
  const bool dash = cursor.take_one_of("-") != '\0';
  cursor.skip_all_of(" ");
  return dash && take_moment(cursor);
}

bool take_count(Cursor& cursor) noexcept {
  constexpr std::size_t kMostDigits = 2;
  const bool apart = cursor.take_one_of(", ") != '\0';
  cursor.skip_all_of(", ");
  const auto count = cursor.number();
  return apart && count && count->length <= kMostDigits;
}

}  // namespace

bool is_lone_date(std::span<const Atom> run) {
  if (run.size() > kMostAtoms) {
    return false;
  }
  const auto text = to_ascii(run);
  if (!text) {
    return false;
  }
  Cursor cursor{*text};
  if (!take_moment(cursor)) {
    return false;
  }
  try_take(cursor, take_dash_and_moment);
  try_take(cursor, take_count);
  return cursor.at_end();
}

}  // namespace leadkeep::privacy
