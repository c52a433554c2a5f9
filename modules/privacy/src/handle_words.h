// handle_words.h — the two word lists of make_handle
//
// English, easy to say on the telephone, no names of people, nothing that judges a person. Words
// may be added at the end or replaced: a handle is drawn once and stored.
#pragma once
#include <span>
#include <string_view>

namespace leadkeep::privacy {

[[nodiscard]] std::span<const std::string_view> first_words() noexcept;   // colours, qualities
[[nodiscard]] std::span<const std::string_view> second_words() noexcept;  // animals, plants, things

}  // namespace leadkeep::privacy
