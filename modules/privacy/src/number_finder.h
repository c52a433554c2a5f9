// number_finder.h — runs of digits that may be a phone number
#pragma once
#include "atoms.h"

#include <leadkeep/privacy/find_spans.h>

#include <string_view>
#include <vector>

namespace leadkeep::privacy {

// Appends to `found` every run with as many digits as a number of the region may have, in which
// at most three separators stand between two digits; spaces, markup, invisible characters and
// repetitions are not counted, because a reader does not count them.
void find_digit_runs(const std::vector<Atom>& atoms, const Region& region,
                     std::vector<Span>& found);

// Appends what libphonenumber adds to that: extensions, and spellings with letters in them.
void find_library_matches(std::string_view text, const std::vector<Atom>& atoms,
                          const Region& region, std::vector<Span>& found);

}  // namespace leadkeep::privacy
