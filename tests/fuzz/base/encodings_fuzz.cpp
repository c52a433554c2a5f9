// Text forms of bytes, ids and numbers. A text that is read has exactly one spelling: two spellings
// of one session token or id would be two keys of whatever is kept by its text.
#include "fuzz_target.h"

#include <leadkeep/base/bytes.h>
#include <leadkeep/base/check.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/text.h>

#include <algorithm>
#include <string>

namespace leadkeep {
namespace {

template <class IdType>
void check_id(std::string_view text) {
  if (const auto id = IdType::parse(text)) {
    LK_CHECK(id->text() == text);
    LK_CHECK(IdType::from_bytes(id->bytes()) == id);
  }
}

void check_reading(std::string_view text) {
  if (const auto bytes = from_base64url(text)) {
    LK_CHECK(to_base64url(*bytes) == text);
  }
  if (const auto bytes = from_hex(text)) {
    LK_CHECK(to_hex(*bytes) == text);
  }
  if (const auto ulid = from_crockford(text)) {
    LK_CHECK(to_crockford(*ulid) == text);
  }
  check_id<LeadId>(text);
  check_id<MessageId>(text);
  check_id<AgentId>(text);
  if (const auto number = parse_unsigned(text)) {
    LK_CHECK(is_all_digits(text));
    const auto zeros = std::min(text.find_first_not_of('0'), text.size() - 1);
    LK_CHECK(std::to_string(*number) == text.substr(zeros));
  }
}

void check_writing(ByteView bytes) {
  const auto base64url = from_base64url(to_base64url(bytes));
  LK_CHECK(base64url && same_bytes(*base64url, bytes));
  const auto hex = from_hex(to_hex(bytes));
  LK_CHECK(hex && same_bytes(*hex, bytes));
  if (const auto id = LeadId::from_bytes(bytes)) {
    LK_CHECK(LeadId::parse(id->text()) == id);
  }
}

void check_text(std::string_view text) {
  const std::string_view trimmed = trim(text);
  LK_CHECK(trim(trimmed) == trimmed);
  const std::string lower = to_lower_ascii(text);
  LK_CHECK(lower.size() == text.size() && to_lower_ascii(lower) == lower);
  if (is_valid_utf8(text)) {
    const std::size_t count = count_code_points(text);
    LK_CHECK(count <= text.size() && text.size() <= 4 * count);
    LK_CHECK(is_valid_utf8(lower));
  }
}

void check_input(std::string_view input) {
  check_reading(input);
  check_writing(as_bytes(input));
  check_text(input);
}

}  // namespace
}  // namespace leadkeep

LK_FUZZ_TARGET(leadkeep::check_input)
