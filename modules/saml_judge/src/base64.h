// Base64 of RFC 4648 section 4, as it stands in a form field or in XML.
#pragma once
#include <leadkeep/base/bytes.h>

#include <optional>
#include <string_view>

namespace leadkeep::saml_judge {

enum class Blanks { kLineEnds, kAnywhere };

// Strict but for blanks: the padding is there, no stray bits.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text, Blanks blanks);

}  // namespace leadkeep::saml_judge
