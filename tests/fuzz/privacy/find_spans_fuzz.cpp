// A message text. Clients cut and colour by the spans, so each must fit the text, before masking in
// bytes and afterwards in code points; and a number written in plain digits never gets through.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/privacy/find_spans.h>
#include <leadkeep/privacy/mask.h>

#include <algorithm>
#include <span>

namespace leadkeep::privacy {
namespace {

bool starts_code_point(std::string_view utf8, std::size_t at) {
  return at == utf8.size() || (static_cast<unsigned char>(utf8[at]) & 0xc0U) != 0x80U;
}

void check_order(std::span<const Span> spans, std::size_t length) {
  std::size_t end = 0;
  for (const Span& span : spans) {
    LK_CHECK(span.start >= end && span.end > span.start && span.end <= length);
    LK_CHECK(name_of(span.kind) == "phone" || name_of(span.kind) == "email" ||
             name_of(span.kind) == "number");
    end = span.end;
  }
}

std::size_t longest_run_of_digits(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// No date has nine digits without anything between them.
void check_gaps(std::string_view text, std::span<const Span> spans) {
  std::size_t end = 0;
  for (const Span& span : spans) {
    LK_CHECK(longest_run_of_digits(text.substr(end, span.start - end)) < 9);
    end = span.end;
  }
  LK_CHECK(longest_run_of_digits(text.substr(end)) < 9);
}

void check(std::string_view text, std::span<const Span> spans) {
  check_order(spans, text.size());
  check_gaps(text, spans);
  const bool valid = is_valid_utf8(text);
  if (valid) {
    for (const Span& span : spans) {
      LK_CHECK(starts_code_point(text, span.start) && starts_code_point(text, span.end));
    }
  } else {
    LK_CHECK(spans.size() == 1 &&
             spans[0] == (Span{0, static_cast<std::uint32_t>(text.size()), SpanKind::kNumber}));
  }

  const MaskedText masked = mask_text(text, spans);
  LK_CHECK(is_valid_utf8(masked.body));
  LK_CHECK(masked.spans.size() == spans.size());
  check_order(masked.spans, count_code_points(masked.body));
  LK_CHECK(longest_run_of_digits(masked.body) < 9);

  const MaskedText clear = clear_text(text, spans);
  LK_CHECK(clear.body == text);
  LK_CHECK(valid || clear.spans.empty());
  check_order(clear.spans, count_code_points(clear.body));
}

// Spans that were found in another text come from a bug of ours; then all of the text is hidden or
// the spans fit by chance.
void check_foreign_spans(std::string_view text, std::span<const Span> spans) {
  const MaskedText masked = mask_text(text, spans);
  LK_CHECK(is_valid_utf8(masked.body));
  LK_CHECK(longest_run_of_digits(masked.body) < 9);
  check_order(masked.spans, count_code_points(masked.body));
}

// The length of the input chooses the region: half the time for each, and twice the inputs.
void check_input(std::string_view input) {
  static const Region regions[] = {Region::parse("DE").value(), Region::parse("US").value()};
  const auto spans = find_spans(input, regions[input.size() % 2]);
  check(input, spans);
  if (!input.empty()) {
    check_foreign_spans(input.substr(1), spans);
  }
}

}  // namespace
}  // namespace leadkeep::privacy

LK_FUZZ_TARGET(leadkeep::privacy::check_input)
