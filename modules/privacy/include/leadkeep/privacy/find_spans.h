// leadkeep/privacy/find_spans.h — where a text holds phone numbers and e-mail addresses
//
// Takes    a customer's text in UTF-8, meant for up to 64 KiB; the region of the account
// Yields   spans in bytes of that text, half-open, sorted, not overlapping, on code points
// Refuses  nothing: invalid UTF-8, or more than 1 MiB, is one kNumber span over the whole text
//          (fail closed)
// Source   libphonenumber's matcher, and our own rules, which do not depend on any country's
//          numbering plan: seven or more decimal digits with little between them (five or six
//          where subscriber numbers are that short), and everything that a reader would take for
//          an address. Unicode: UAX #44 (Numeric_Value, Default_Ignorable_Code_Point), NFKC
// Units    bytes
// Threads  any; stateless
//
// Whoever writes to a company may hide a number from software and not from people: full-width or
// Arabic-Indic digits, zero-width characters between them, bold markers, URL encoding. When in
// doubt the text is masked; only a lone date, with or without a time, is spared.
#pragma once
#include <leadkeep/privacy/normalise.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace leadkeep::privacy {

// Stored and sent by value; never renumber.
enum class SpanKind : std::uint8_t { kPhone = 1, kEmail = 2, kNumber = 3 };

struct Span {
  std::uint32_t start;
  std::uint32_t end;
  SpanKind kind;

  friend bool operator==(const Span&, const Span&) = default;
};

[[nodiscard]] std::string_view name_of(SpanKind kind) noexcept;  // "phone", "email", "number"

// kNumber is a run of digits that is no possible phone number, but may be one with more around it.
[[nodiscard]] std::vector<Span> find_spans(std::string_view utf8, const Region& region) noexcept;

}  // namespace leadkeep::privacy
