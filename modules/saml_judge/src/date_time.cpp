#include "date_time.h"

#include <leadkeep/base/text.h>

#include <algorithm>
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

}  // namespace

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
