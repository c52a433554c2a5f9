// phone_library.h — the one door to libphonenumber
//
// The library is slow (regular expressions over metadata, tens of microseconds a call) and older
// than the numbering plans it describes, so nothing that hides a number may depend on its answer.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::privacy {

[[nodiscard]] bool is_known_region(std::string_view region);

// Digits of the shortest number that the region's subscribers write, never above 7. Andorra and
// Greenland, for example, have six.
[[nodiscard]] unsigned digits_of_shortest_number(std::string_view region);

// `number` is ASCII: an optional plus and digits.
[[nodiscard]] bool is_possible_number(const std::string& number, std::string_view region);

// The E.164 form of a number that its country assigns; of a number with a plus also if only its
// length is right, because new prefixes come faster than new metadata.
[[nodiscard]] std::optional<std::string> to_e164(const std::string& number,
                                                 std::string_view region);
[[nodiscard]] std::optional<std::string> to_valid_e164(const std::string& number,
                                                       std::string_view region);

struct ByteRange {
  std::size_t start;
  std::size_t end;
};

// What PhoneNumberMatcher finds in `window` with leniency POSSIBLE, extensions included; at most
// a few matches with bounded effort.
[[nodiscard]] std::vector<ByteRange> match_numbers(const std::string& window,
                                                   std::string_view region);

}  // namespace leadkeep::privacy
