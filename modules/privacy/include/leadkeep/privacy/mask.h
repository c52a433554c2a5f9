// leadkeep/privacy/mask.h — what a viewer who may not see contact data sees instead
//
// Takes    text and the byte spans that find_spans gave for exactly that text; or one value
// Yields   text with fixed masks, whose length never depends on what they hide
// Refuses  nothing: spans that do not fit the text (unsorted, overlapping, empty, out of range,
//          inside a code point, unknown kind), spans that leave nine digits in a row, and invalid
//          UTF-8 hide the whole text
// Units    Span counts bytes on the way in and Unicode code points of `body` on the way out,
//          because clients count code points
// Threads  any; stateless
#pragma once
#include <leadkeep/base/pii.h>
#include <leadkeep/privacy/find_spans.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::privacy {

struct MaskedText {
  std::string body;
  std::vector<Span> spans;  // in code points of `body`
};

// phone: "•••••••" and the last two digits; number: "•••••••"; e-mail: "•••@•••".
[[nodiscard]] MaskedText mask_text(std::string_view utf8, std::span<const Span> spans);

// For a viewer who may see: the text as it is. Spans that do not fit it are all left out.
[[nodiscard]] MaskedText clear_text(std::string_view utf8, std::span<const Span> spans);

[[nodiscard]] std::string mask_phone(const Pii<std::string>& phone);    // "•••••••78"
[[nodiscard]] std::string mask_email(const Pii<std::string>& address);  // "•••@•••"
[[nodiscard]] std::string mask_opaque(const Pii<std::string>& id);      // "•••"

// A profile name is chosen by the customer, so it can carry a number or an address, or characters
// that turn the text around it.
enum class NameSafety : std::uint8_t { kPlain, kHoldsContact };
[[nodiscard]] NameSafety check_name(std::string_view utf8, const Region& region);

// The name as a viewer who may not see contact data sees it: without control and invisible format
// characters, at most 4 combining marks on one character, contact data masked, at most 80 code
// points and then "…". Invalid UTF-8 yields "".
[[nodiscard]] std::string mask_name(std::string_view utf8, const Region& region);

}  // namespace leadkeep::privacy
