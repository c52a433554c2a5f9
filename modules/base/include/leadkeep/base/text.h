// leadkeep/base/text.h — small pure functions on text
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep {

[[nodiscard]] bool is_valid_utf8(
    std::string_view text) noexcept;  // RFC 3629: no surrogates, no overlong forms
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
[[nodiscard]] std::string to_lower_ascii(std::string_view text);
[[nodiscard]] bool is_alphanumeric(char c) noexcept;               // ASCII
[[nodiscard]] bool is_all_digits(std::string_view text) noexcept;  // ASCII digits, at least one
[[nodiscard]] std::optional<std::uint64_t> parse_unsigned(
    std::string_view text) noexcept;  // digits only, no sign
// A name that people give: not empty, UTF-8, no control characters of ASCII.
[[nodiscard]] bool is_printable(std::string_view text, std::size_t most_bytes) noexcept;
[[nodiscard]] std::size_t count_code_points(std::string_view utf8) noexcept;

}  // namespace leadkeep
