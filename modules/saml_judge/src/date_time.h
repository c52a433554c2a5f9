// xs:dateTime as SAML writes it (core section 1.3.3): UTC; and xs:duration.
#pragma once
#include <leadkeep/base/clock.h>

#include <chrono>
#include <optional>
#include <string_view>

namespace leadkeep::saml_judge {

// Whole milliseconds; what is finer is cut off. Nothing for another zone than Z, for more than nine
// digits of a second, for a leap second, and for a day or hour that no calendar has.
[[nodiscard]] std::optional<Timestamp> parse_date_time(std::string_view text) noexcept;

// P1DT6H30M, of numbers of nine digits at most; parts of a second are cut off. A year is of 365 days and
// a month of 28, so that nothing comes out longer than it is. Nothing for a negative one.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept;

}  // namespace leadkeep::saml_judge
