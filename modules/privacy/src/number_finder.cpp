#include "number_finder.h"

#include "lone_date.h"
#include "phone_library.h"

#include <algorithm>
#include <span>
#include <string>

namespace leadkeep::privacy {
namespace {

constexpr unsigned kMostSeparators = 3;

// More than an E.164 number with the longest international prefix and an extension has.
constexpr unsigned kMostPhoneDigits = 20;

// Calls of libphonenumber for one text. Past this, a number is still masked, as kNumber.
constexpr unsigned kMostParses = 200;
constexpr unsigned kMostWindows = 60;

constexpr std::size_t kMostWindowAtoms = 200;
constexpr std::size_t kMostWindowGap = 12;  // atoms; " extension: " fits

struct Run {
  std::size_t first;  // atoms, both inclusive
  std::size_t last;
  unsigned digits;
};

std::span<const Atom> atoms_of(const std::vector<Atom>& atoms, const Run& run) {
  return std::span{atoms}.subspan(run.first, run.last - run.first + 1);
}

// A row of dots or dashes is one separator to the eye. A row of bullets is a mask, and what stands
// before and after a mask does not belong together.
bool repeats(const std::vector<Atom>& atoms, std::size_t i) {
  constexpr char32_t kBullet = 0x2022;
  return i > 0 && atoms[i - 1].c == atoms[i].c && atoms[i].c != kBullet;
}

std::vector<Run> split_into_runs(const std::vector<Atom>& atoms) {
  std::vector<Run> runs;
  bool open = false;
  unsigned separators = 0;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    switch (atoms[i].cls) {
      case AtomClass::kDigit:
        if (!open) {
          runs.push_back({i, i, 0});
          open = true;
        }
        runs.back().last = i;
        runs.back().digits += digit_count(atoms[i]);
        separators = 0;
        break;
      case AtomClass::kSeparator:
        separators += repeats(atoms, i) ? 0U : 1U;
        open = open && separators <= kMostSeparators;
        break;
      case AtomClass::kLetter:
        open = false;
        break;
      case AtomClass::kSpace:
      case AtomClass::kInvisible:
      case AtomClass::kMarkup:
        break;
    }
  }
  return runs;
}

// The atom where a plus in front of the run stands, or a parenthesis that is closed in the run.
std::size_t start_of_prefix(const std::vector<Atom>& atoms, const Run& run) {
  constexpr std::size_t kMostSteps = 8;
  const auto inside = atoms_of(atoms, run);
  const bool closes =
      std::any_of(inside.begin(), inside.end(), [](const Atom& atom) { return atom.c == ')'; });
  std::size_t start = run.first;
  for (std::size_t step = 1; step <= std::min(kMostSteps, run.first); ++step) {
    const Atom& atom = atoms[run.first - step];
    if (atom.c == '+' || (atom.c == '(' && closes)) {
      start = run.first - step;
    } else if (atom.c != '(' &&
               (atom.cls == AtomClass::kLetter || atom.cls == AtomClass::kSeparator ||
                atom.cls == AtomClass::kDigit)) {
      break;
    }
  }
  return start;
}

// A keycap emoji is a digit with two marks after it; they belong to the digit.
std::size_t end_of_marks(const std::vector<Atom>& atoms, const Run& run) {
  std::size_t last = run.last;
  while (last + 1 < atoms.size() && is_mark(atoms[last + 1].c)) {
    ++last;
  }
  return last;
}

class Classifier {
 public:
  explicit Classifier(const Region& region) : m_region{region} {}

  SpanKind kind_of(std::span<const Atom> with_prefix, unsigned digits) {
    if (digits > kMostPhoneDigits || m_parses >= kMostParses) {
      return SpanKind::kNumber;
    }
    ++m_parses;
    std::string number;
    for (const Atom& atom : with_prefix) {
      if (atom.cls == AtomClass::kDigit) {
        append_digits(number, atom);
      } else if (atom.c == '+' && number.empty()) {
        number.push_back('+');
      }
    }
    const bool possible = is_possible_number(number, m_region.code()) ||
                          (number.front() != '+' && is_possible_number("+" + number, "ZZ"));
    return possible ? SpanKind::kPhone : SpanKind::kNumber;
  }

 private:
  const Region& m_region;
  unsigned m_parses = 0;
};

// Runs close enough for one spelling of one number, with letters between them.
struct Window {
  std::size_t first;  // atoms, both inclusive
  std::size_t last;
  unsigned digits;
  unsigned runs;
};

std::vector<Window> group_into_windows(const std::vector<Atom>& atoms) {
  std::vector<Window> windows;
  bool open = false;
  for (const Run& run : split_into_runs(atoms)) {
    if (is_lone_date(atoms_of(atoms, run))) {
      open = false;
      continue;
    }
    const bool fits = open && run.first - windows.back().last <= kMostWindowGap &&
                      run.last - windows.back().first < kMostWindowAtoms;
    if (fits) {
      windows.back().last = run.last;
      windows.back().digits += run.digits;
      ++windows.back().runs;
    } else {
      windows.push_back({run.first, run.last, run.digits, 1});
      open = true;
    }
  }
  return windows;
}

unsigned count_digits(std::string_view text) {
  unsigned digits = 0;
  for (const Atom& atom : read_atoms(text, Escapes::kKeep)) {
    digits += atom.cls == AtomClass::kDigit ? digit_count(atom) : 0;
  }
  return digits;
}

}  // namespace

void find_digit_runs(const std::vector<Atom>& atoms, const Region& region,
                     std::vector<Span>& found) {
  Classifier classifier{region};
  for (const Run& run : split_into_runs(atoms)) {
    if (run.digits < region.shortest_number() || is_lone_date(atoms_of(atoms, run))) {
      continue;
    }
    const std::size_t first = start_of_prefix(atoms, run);
    const std::size_t last = end_of_marks(atoms, run);
    const SpanKind kind =
        classifier.kind_of(std::span{atoms}.subspan(first, last - first + 1), run.digits);
    found.push_back({atoms[first].start, atoms[last].end, kind});
  }
}

void find_library_matches(std::string_view text, const std::vector<Atom>& atoms,
                          const Region& region, std::vector<Span>& found) {
  unsigned searched = 0;
  for (const Window& window : group_into_windows(atoms)) {
    // A single run is masked as a whole already, or has too few digits.
    if (window.runs == 1 || window.digits < region.shortest_number()) {
      continue;
    }
    const std::uint32_t start = atoms[window.first].start;
    const std::uint32_t end = atoms[window.last].end;
    if (++searched > kMostWindows) {
      found.push_back({start, end, SpanKind::kNumber});
      continue;
    }
    const std::string searched_text{text.substr(start, end - start)};
    for (const ByteRange& match : match_numbers(searched_text, region.code())) {
      const auto length = match.end - match.start;
      if (count_digits(text.substr(start + match.start, length)) >= region.shortest_number()) {
        found.push_back({static_cast<std::uint32_t>(start + match.start),
                         static_cast<std::uint32_t>(start + match.end), SpanKind::kPhone});
      }
    }
  }
}

}  // namespace leadkeep::privacy
