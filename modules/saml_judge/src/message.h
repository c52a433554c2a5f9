// What every message goes through before anything in it is believed: bytes, parser, tree.
#pragma once
#include "document.h"
#include "examination.h"

#include <optional>
#include <string_view>

namespace leadkeep::saml_judge {

inline constexpr std::size_t kMaxMessage = 256 * 1024;

[[nodiscard]] std::optional<Document> open_message(std::string_view xml, Examination& examination);

}  // namespace leadkeep::saml_judge
