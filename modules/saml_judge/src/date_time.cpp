#include "date_time.h"

#include <leadkeep/base/text.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace leadkeep::saml_judge {
namespace {

// 2026-11-24T15:51:18 and then Z, or a fraction and Z; a `#` stands for a digit.
constexpr std::string_view kForm = "####-##-##T##:##:##";

bool has_form(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = is_all_digits(text.substr(i, 1));
    if (kForm[i] == '#' ? !digit : text[i] != kForm[i]) {
      return false;
    }
  }
  return true;
}

unsigned number_at(std::string_view text, std::size_t at, std::size_t digits) noexcept {
  unsigned value = 0;
  for (const char digit : text.substr(at, digits)) {
    value = value * 10 + static_cast<unsigned>(digit - '0');
  }
  return value;
}

// Of ".042", 42.
std::optional<unsigned> milliseconds_of(std::string_view fraction) noexcept {
  constexpr std::size_t kMostDigits = 9;
  constexpr std::size_t kDigits = 3;
  if (fraction.empty()) {
    return 0;
  }
  const std::string_view digits = fraction.substr(1);
  if (fraction.front() != '.' || digits.size() > kMostDigits || !is_all_digits(digits)) {
    return std::nullopt;
  }
  unsigned value = number_at(digits, 0, std::min(digits.size(), kDigits));
  for (std::size_t missing = digits.size(); missing < kDigits; ++missing) {
    value *= 10;
  }
  return value;
}

struct Unit {
  char letter;
  bool is_of_time;  // behind the T
  std::chrono::seconds length;
};

constexpr std::array kUnits{
    Unit{'Y', false, std::chrono::days{365}}, Unit{'M', false, std::chrono::days{28}},
    Unit{'D', false, std::chrono::days{1}},   Unit{'H', true, std::chrono::hours{1}},
    Unit{'M', true, std::chrono::minutes{1}}, Unit{'S', true, std::chrono::seconds{1}}};

// Takes "6H" from the front, and of "1.5S" the fraction too. Nothing if it is not such a part.
std::optional<unsigned> take_number(std::string_view& text) noexcept {
  constexpr std::size_t kMostDigits = 9;
  constexpr std::string_view kDigits = "0123456789";
  const std::size_t digits = std::min(text.find_first_not_of(kDigits), text.size());
  if (digits == 0 || digits > kMostDigits) {
    return std::nullopt;
  }
  const unsigned number = number_at(text, 0, digits);
  text.remove_prefix(digits);
  if (text.starts_with('.')) {
    const std::size_t end = std::min(text.find_first_not_of(kDigits, 1), text.size());
    if (end == 1 || end > kMostDigits + 1 || !text.substr(end).starts_with('S')) {
      return std::nullopt;
    }
    text.remove_prefix(end);
  }
  return number;
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept {
  if (!text.starts_with('P')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  std::chrono::seconds sum{0};
  const Unit* unit = kUnits.begin();  // the first that may come
  bool in_time = false;
  bool is_whole = false;  // something has come, also behind the T
  while (!text.empty()) {
    if (text.starts_with('T') && !in_time) {
      in_time = true;
      is_whole = false;
      text.remove_prefix(1);
      continue;
    }
    const auto number = take_number(text);
    unit = std::find_if(unit, kUnits.end(), [&](const Unit& one) {
      return text.starts_with(one.letter) && one.is_of_time == in_time;
    });
    if (!number || unit == kUnits.end()) {
      return std::nullopt;
    }
    sum += *number * unit->length;
    ++unit;
    is_whole = true;
    text.remove_prefix(1);
  }
  return is_whole ? std::optional{sum} : std::nullopt;
}

std::optional<Timestamp> parse_date_time(std::string_view text) noexcept {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  using std::chrono::seconds;
  if (text.size() <= kForm.size() || !has_form(text) || !text.ends_with('Z')) {
    return std::nullopt;
  }
  const auto fraction = milliseconds_of(text.substr(kForm.size(), text.size() - kForm.size() - 1));
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(number_at(text, 0, 4))},
                                         std::chrono::month{number_at(text, 5, 2)},
                                         std::chrono::day{number_at(text, 8, 2)}};
  const unsigned hour = number_at(text, 11, 2);
  const unsigned minute = number_at(text, 14, 2);
  const unsigned second = number_at(text, 17, 2);
  if (!fraction || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  const milliseconds time = std::chrono::sys_days{date}.time_since_epoch() + hours{hour} +
                            minutes{minute} + seconds{second} + milliseconds{*fraction};
  return Timestamp{time.count()};
}

}  // namespace leadkeep::saml_judge
