// A profile name, which the customer chooses. It stands in lists beside other people's, so it is
// short, valid and without a number, whatever was chosen.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/privacy/mask.h>

#include <algorithm>
#include <string>

namespace leadkeep::privacy {
namespace {

constexpr std::size_t kMaxCodePoints = 81;  // 80 and then "…"

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

void check_input(std::string_view input) {
  static const Region region = Region::parse("DE").value();
  const std::string name = mask_name(input, region);
  LK_CHECK(is_valid_utf8(name));
  LK_CHECK(count_code_points(name) <= kMaxCodePoints);
  LK_CHECK(std::ranges::none_of(name, is_control));
  LK_CHECK(is_valid_utf8(input) || name.empty());
  // A date that was cut short may look like a number, so only a whole name says anything.
  LK_CHECK(name.ends_with("…") || check_name(name, region) == NameSafety::kPlain);
}

}  // namespace
}  // namespace leadkeep::privacy

LK_FUZZ_TARGET(leadkeep::privacy::check_input)
