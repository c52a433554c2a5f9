// A word that says what for, and stands on the trail as it is.
#pragma once
#include <algorithm>
#include <string_view>

namespace leadkeep::flow {

inline constexpr std::size_t kLongestCode = 40;

// 1 to 40 of a-z and _: without digits, so that it is no number of anybody.
[[nodiscard]] inline bool is_stable_code(std::string_view text) {
  return !text.empty() && text.size() <= kLongestCode &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace leadkeep::flow
