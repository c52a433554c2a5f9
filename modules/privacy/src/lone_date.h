// lone_date.h — the one exception from "seven digits are a number": dates and times
#pragma once
#include "atoms.h"

#include <span>

namespace leadkeep::privacy {

// Whether the atoms are exactly a calendar date (2026-11-24, 24.11.2026, 11/24/2026), a time
// (10:30), a date followed by a time, or a span of these (24.11. - 28.11.2026, 9:00-18:00); after
// that a count of one or two digits may stand, as in "24.11.2026, 2 persons". Months, days, hours,
// minutes and the years 1900 to 2099 must be in range and the digits ASCII with nothing invisible
// between them, so that little else can pass as a date.
[[nodiscard]] bool is_lone_date(std::span<const Atom> run);

}  // namespace leadkeep::privacy
