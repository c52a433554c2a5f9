#include "stable_code.h"

#include <leadkeep/base/text.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

constexpr std::size_t kLongest = 40;
constexpr std::string_view kReferenceSigns = "-_./";
// Fewer than a number has that somebody could be called by.
constexpr std::ptrdiff_t kMostDigits = 7;

bool is_reference(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto may_be_there = [](char c) {
    return is_alphanumeric(c) || kReferenceSigns.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, may_be_there) &&
         std::ranges::count_if(text, is_digit) <= kMostDigits;
}

}  // namespace

bool is_stable_code(std::string_view text) {
  return !text.empty() && text.size() <= kLongest &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

Result<void> check_reason(const Why& why) {
  if (!is_stable_code(why.code)) {
    return fail(Errc::kInvalidInput, "a reason is 1 to 40 of a-z and _");
  }
  return !why.case_reference || is_reference(*why.case_reference)
             ? Result<void>{}
             : fail(Errc::kInvalidInput, "a reference has 7 digits at most");
}

}  // namespace leadkeep::flow
