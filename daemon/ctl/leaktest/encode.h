// leaktest/encode.h — encodings in which a value may turn up
#pragma once
#include <string>
#include <string_view>

namespace leadkeep::leaktest {

enum class ByteOrder { kLittle, kBig };

[[nodiscard]] std::string base64(std::string_view bytes);      // RFC 4648 section 4, padded
[[nodiscard]] std::string base64url(std::string_view bytes);   // RFC 4648 section 5, no padding
[[nodiscard]] std::string from_base32(std::string_view text);  // RFC 4648 section 6, no padding
[[nodiscard]] std::string utf16(std::string_view ascii, ByteOrder order);
[[nodiscard]] std::string percent_encoded(std::string_view bytes);  // every byte
// Only what a URL may not hold as it is.
[[nodiscard]] std::string url_encoded(std::string_view bytes);
[[nodiscard]] std::string json_escaped(std::string_view ascii);  // every character as \u00XX

}  // namespace leadkeep::leaktest
