#include <leadkeep/base/clock.h>

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

Timestamp SystemClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

}  // namespace leadkeep
