// leadkeep/base/percent.h — percent-encoding, RFC 3986 section 2.1
//
// Threads  any; stateless
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep {

// Everything but what is unreserved, in capital letters.
[[nodiscard]] std::string percent_encode(std::string_view text);
// Nothing where a '%' is not followed by two hexadecimal digits. The octets may be any.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view encoded);
// The same for application/x-www-form-urlencoded, where '+' is a blank (WHATWG URL section 5.1).
[[nodiscard]] std::optional<std::string> form_decode(std::string_view encoded);

}  // namespace leadkeep
