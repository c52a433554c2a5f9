#include <leadkeep/base/text.h>
#include <leadkeep/ldap/generalized_time.h>

#include <chrono>

namespace leadkeep::ldap {
namespace {

// Reads from the front of a text, and remembers whether anything was not as expected.
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : m_left{text} {}

  unsigned number(std::size_t digits) noexcept {
    const std::string_view text = m_left.substr(0, digits);
    if (text.size() < digits || !is_all_digits(text)) {
      m_good = false;
      return 0;
    }
    m_left.remove_prefix(digits);
    unsigned value = 0;
    for (const char digit : text) {
      value = value * 10 + static_cast<unsigned>(digit - '0');
    }
    return value;
  }

  [[nodiscard]] bool digit_follows() const noexcept {
    return !m_left.empty() && is_all_digits(m_left.substr(0, 1));
  }

  char character() noexcept {
    if (m_left.empty()) {
      m_good = false;
      return '\0';
    }
    const char c = m_left.front();
    m_left.remove_prefix(1);
    return c;
  }

  void skip_digits() noexcept {
    m_good = m_good && digit_follows();
    while (digit_follows()) {
      m_left.remove_prefix(1);
    }
  }

  [[nodiscard]] bool was_good_to_the_end() const noexcept { return m_good && m_left.empty(); }

 private:
  std::string_view m_left;
  bool m_good = true;
};

}  // namespace

std::optional<Timestamp> parse_generalized_time(std::string_view text) noexcept {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  using std::chrono::seconds;
  Reader reader{text};
  const unsigned year = reader.number(4);
  const unsigned month = reader.number(2);
  const unsigned day = reader.number(2);
  const unsigned hour = reader.number(2);
  const unsigned minute = reader.digit_follows() ? reader.number(2) : 0;
  const unsigned second = reader.digit_follows() ? reader.number(2) : 0;
  char zone = reader.character();
  if (zone == '.' || zone == ',') {
    reader.skip_digits();  // a part of the last unit: nobody's account ends in between
    zone = reader.character();
  }
  minutes ahead{0};
  if (zone == '+' || zone == '-') {
    ahead = hours{reader.number(2)};
    ahead += minutes{reader.digit_follows() ? reader.number(2) : 0};
    ahead = zone == '+' ? ahead : -ahead;
  } else if (zone != 'Z') {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{month}, std::chrono::day{day}};
  constexpr unsigned kLeapSecond = 60;
  if (!reader.was_good_to_the_end() || !date.ok() || hour > 23 || minute > 59 ||
      second > kLeapSecond || ahead > hours{24} || ahead < -hours{24}) {
    return std::nullopt;
  }
  const auto time = std::chrono::sys_days{date}.time_since_epoch() + hours{hour} + minutes{minute} +
                    seconds{second} - ahead;
  return Timestamp{milliseconds{time}.count()};
}

}  // namespace leadkeep::ldap
