#include "atoms.h"
#include "email_finder.h"
#include "number_finder.h"

#include <leadkeep/base/text.h>
#include <leadkeep/privacy/find_spans.h>

#include <algorithm>
#include <limits>

namespace leadkeep::privacy {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

// Of two kinds on the same characters the one whose mask shows less.
unsigned strength(SpanKind kind) noexcept {
  switch (kind) {
    case SpanKind::kPhone:
      return 0;
    case SpanKind::kNumber:
      return 1;
    case SpanKind::kEmail:
      return 2;
  }
  return 1;
}

std::vector<Span> merge_overlapping(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.start < b.start; });
  std::vector<Span> merged;
  for (const Span& span : spans) {
    if (merged.empty() || span.start >= merged.back().end) {
      merged.push_back(span);
      continue;
    }
    Span& last = merged.back();
    last.end = std::max(last.end, span.end);
    if (strength(span.kind) > strength(last.kind)) {
      last.kind = span.kind;
    }
  }
  return merged;
}

}  // namespace

std::string_view name_of(SpanKind kind) noexcept {
  switch (kind) {
    case SpanKind::kPhone:
      return "phone";
    case SpanKind::kEmail:
      return "email";
    case SpanKind::kNumber:
      return "number";
  }
  return "number";
}

std::vector<Span> find_spans(std::string_view utf8, const Region& region) noexcept {
  if (utf8.empty()) {
    return {};
  }
  if (utf8.size() > kMostBytes || !is_valid_utf8(utf8)) {
    constexpr std::size_t kMax = std::numeric_limits<std::uint32_t>::max();
    return {{0, static_cast<std::uint32_t>(std::min(utf8.size(), kMax)), SpanKind::kNumber}};
  }
  std::vector<Span> found;
  const auto atoms = read_atoms(utf8, Escapes::kKeep);
  find_addresses(atoms, found);
  find_digit_runs(atoms, region, found);
  find_library_matches(utf8, atoms, region, found);
  // Both readings count: "%49" is a digit pair to one reader and a letter to another.
  if (has_escapes(utf8)) {
    const auto decoded = read_atoms(utf8, Escapes::kDecode);
    find_addresses(decoded, found);
    find_digit_runs(decoded, region, found);
  }
  return merge_overlapping(std::move(found));
}

}  // namespace leadkeep::privacy
