#include <leadkeep/base/clock.h>
#include <leadkeep/base/text.h>

#include <algorithm>

namespace leadkeep {
namespace {

constexpr std::int64_t kFirstMs = -62'167'219'200'000;  // 0000-01-01T00:00:00.000Z
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

void put_digits(std::string& text, std::size_t at, std::size_t count, std::int64_t number) {
  for (std::size_t i = at + count; i-- > at;) {
    text[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

constexpr std::string_view kWithoutFraction = "0000-00-00T00:00:00Z";
constexpr std::string_view kWithMilliseconds = "0000-00-00T00:00:00.000Z";

// The same signs where the form has them, and digits where it has digits.
bool is_of_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char c, char wanted) {
    return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
  });
}

}  // namespace

// By hand: a list of 50 conversations has 150 times in it, and formatted printing took a twentieth
// of its time.
std::string to_rfc3339(Timestamp t) {
  using std::chrono::days;
  using std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> time{milliseconds{std::clamp(t.ms, kFirstMs, kLastMs)}};
  std::string text{"1970-01-01T00:00:00.000Z"};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss of_day{time - day};
  put_digits(text, 0, 4, int{date.year()});
  put_digits(text, 5, 2, unsigned{date.month()});
  put_digits(text, 8, 2, unsigned{date.day()});
  put_digits(text, 11, 2, of_day.hours().count());
  put_digits(text, 14, 2, of_day.minutes().count());
  put_digits(text, 17, 2, of_day.seconds().count());
  put_digits(text, 20, 3, of_day.subseconds().count());
  return text;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  const bool is_exact = is_of_form(text, kWithMilliseconds);
  if (!is_exact && !is_of_form(text, kWithoutFraction)) {
    return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t count) {
    return static_cast<int>(parse_unsigned(text.substr(at, count)).value_or(0));
  };
  constexpr int kHours = 24;
  constexpr int kSixty = 60;
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!date.ok() || hour >= kHours || minute >= kSixty || second >= kSixty) {
    return std::nullopt;
  }
  const std::chrono::sys_time<std::chrono::milliseconds> time =
      std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
      std::chrono::seconds{second} + std::chrono::milliseconds{is_exact ? number(20, 3) : 0};
  return Timestamp{time.time_since_epoch().count()};
}

Timestamp SystemClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

}  // namespace leadkeep
