// JSON from outside. What is dumped is a canonical form: it parses again and dumps as itself, so
// that a hash over it names the message however the platform wrote it.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/json/value.h>

#include <algorithm>
#include <string>

namespace leadkeep::json {
namespace {

constexpr ParseLimits kLimits{.max_bytes = 4096, .max_depth = 16};
constexpr ParseLimits kLenient{kLimits.max_bytes, kLimits.max_depth, Beyond::kReadAsNull};
// A number such as 1E5 grows when it is dumped.
constexpr ParseLimits kLimitsOfDump{.max_bytes = 16 * kLimits.max_bytes,
                                    .max_depth = kLimits.max_depth};

std::size_t depth_of(const Value& value) {
  std::size_t inner = 0;
  for (const Value& item : value.items()) {
    inner = std::max(inner, depth_of(item));
  }
  for (const auto& [name, member] : value.members()) {
    LK_CHECK(is_valid_utf8(name));
    LK_CHECK(value[name].dump() == member.dump());
    inner = std::max(inner, depth_of(member));
  }
  LK_CHECK(value.items().size() + value.members().size() == value.size());
  LK_CHECK(is_valid_utf8(value.string().value_or("")));
  return value.is_array() || value.is_object() ? inner + 1 : 0;
}

// Reading what lies beyond the limits as null changes nothing of a document within them.
void check_leniently(std::string_view input, const Result<Document>& strict) {
  const auto lenient = Document::parse(input, kLenient);
  LK_CHECK(lenient.ok() || !strict.ok());
  if (!lenient.ok()) {
    return;
  }
  const std::string dump = lenient.value().root().dump();
  LK_CHECK(!strict.ok() || strict.value().root().dump() == dump);
  LK_CHECK(depth_of(lenient.value().root()) <= kLenient.max_depth);
  LK_CHECK(Document::parse(dump, kLimitsOfDump).ok());
}

void check_input(std::string_view input) {
  const auto document = Document::parse(input, kLimits);
  check_leniently(input, document);
  if (!document.ok()) {
    const bool too_large = document.error().code == Errc::kTooLarge;
    LK_CHECK(too_large == (input.size() > kLimits.max_bytes));
    LK_CHECK(too_large || document.error().code == Errc::kInvalidInput);
    return;
  }
  LK_CHECK(is_valid_utf8(input) && input.size() <= kLimits.max_bytes);
  LK_CHECK(depth_of(document.value().root()) <= kLimits.max_depth);

  const std::string dump = document.value().root().dump();
  const auto again = Document::parse(dump, kLimitsOfDump);
  LK_CHECK(again.ok());
  LK_CHECK(again.value().root().dump() == dump);
}

}  // namespace
}  // namespace leadkeep::json

LK_FUZZ_TARGET(leadkeep::json::check_input)
