// Phone numbers, WhatsApp ids, e-mail addresses, business-scoped ids and names as anybody wrote them. What
// is normalised is the one spelling of its kind: a person is found by it, whatever was typed; and
// the finder, which masks texts, knows every number and address that the normaliser knows.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/privacy/mask.h>
#include <leadkeep/privacy/normalise.h>

#include <algorithm>
#include <string>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace leadkeep::privacy {
namespace {

constexpr std::size_t kMaxIdentifierBytes = 512;

std::size_t digits_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; }));
}

MaskedText masked(const std::string& text, const Region& region) {
  return mask_text(text, find_spans(text, region));
}

void check_phone(std::string_view input, const Region& region, const Region& other) {
  const auto phone = normalise_phone(input, region);
  if (!phone) {
    return;
  }
  const std::string& e164 = phone->expose();
  LK_CHECK(e164.starts_with('+') && is_all_digits(e164.substr(1)));
  LK_CHECK(e164.size() >= 6 && e164.size() <= 21);
  LK_CHECK(normalise_phone(e164, region) == phone && normalise_phone(e164, other) == phone);
  LK_CHECK(digits_in(mask_phone(*phone)) <= 2);
  constexpr std::size_t kFewestDigitsFound = 7;  // find_spans.h
  LK_CHECK(digits_in(e164) < kFewestDigitsFound || digits_in(masked(e164, region).body) <= 2);
}

void check_whatsapp_id(std::string_view input, const Region& region) {
  const auto id = normalise_whatsapp_id(input);
  if (!id) {
    return;
  }
  const std::string& digits = id->expose();
  LK_CHECK(is_all_digits(digits) && digits.size() >= 5 && digits.size() <= 20);
  LK_CHECK(normalise_whatsapp_id(digits) == id && normalise_whatsapp_id("+" + digits) == id);
  LK_CHECK(digits_in(mask_opaque(*id)) == 0);
  if (const auto phone = phone_of_whatsapp_id(*id)) {
    LK_CHECK(normalise_phone(phone->expose(), region) == phone);
  }
}

// Local parts that RFC 5321 and 6531 allow and that the finder takes for something else: "x/@y" for
// a path, whatever marks are on the slash, and what has neither letter nor digit for decoration.
bool is_known_limit(std::string_view local) {
  bool has_letter_or_digit = false;
  UChar32 last = 0;  // but for marks
  for (std::size_t at = 0; at < local.size();) {
    UChar32 c = 0;
    U8_NEXT_UNSAFE(local.data(), at, c);
    has_letter_or_digit = has_letter_or_digit || ::u_isalnum(c);
    last = (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0 ? last : c;
  }
  return last == '/' || !has_letter_or_digit;
}

void check_email(std::string_view input, const Region& region) {
  const auto email = normalise_email(input);
  if (!email) {
    return;
  }
  const std::string& address = email->expose();
  LK_CHECK(is_valid_utf8(address) && address.size() <= kMaxIdentifierBytes);
  LK_CHECK(normalise_email(address) == email);
  LK_CHECK(normalise_email(" " + address + "\n") == email || address.size() + 2 > 512);
  const auto at = address.rfind('@');
  LK_CHECK(at > 0 && at + 3 < address.size() && at <= 64);
  LK_CHECK(mask_email(*email) == "•••@•••");
  if (is_known_limit(std::string_view{address}.substr(0, at))) {
    return;
  }
  // The domain, which tells the employer, is never left over.
  LK_CHECK(masked(address, region).body.find(address.substr(at)) == std::string::npos);
}

void check_bsuid(std::string_view input) {
  if (const auto bsuid = normalise_bsuid(input)) {
    LK_CHECK(bsuid->expose() == input && normalise_bsuid(bsuid->expose()) == bsuid);
    LK_CHECK(!normalise_bsuid(std::string{input} + "-") && !normalise_email(input));
  }
}

void check_name(std::string_view input) {
  const auto name = normalise_name(input);
  if (!name) {
    return;
  }
  const std::string& words = name->expose();
  LK_CHECK(is_valid_utf8(words) && !words.empty() && words.front() != ' ' && words.back() != ' ');
  LK_CHECK(normalise_name(words) == name || words.size() > kMaxIdentifierBytes);
}

void check_input(std::string_view input) {
  static const Region german = Region::parse("DE").value();
  static const Region american = Region::parse("US").value();
  check_phone(input, german, american);
  check_phone(input, american, german);
  check_whatsapp_id(input, german);
  check_email(input, german);
  check_bsuid(input);
  check_name(input);
}

}  // namespace
}  // namespace leadkeep::privacy

LK_FUZZ_TARGET(leadkeep::privacy::check_input)
